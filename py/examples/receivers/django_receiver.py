"""Receives Mindee's webhooks with Django: gunicorn --threads 8 django_receiver:application

A project has settings of its own: it needs the view `receive`, and its address in `urlpatterns`.

What a delivery says is on the disk, in the ledger, before Mindee is told that it arrived. Let
uploads use the same ledger, and start reconciler.py for what no webhook brings.

MINDEE_WEBHOOK_SECRETS  the webhook's signing secret; several, with commas between them, while one
                        takes the place of another
MINDEE_LEDGER           path of the ledger
MINDEE_V2_API_KEY       the key
"""

import os
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mindee_core import Client, WebhookError

from work import handle, keep_unread

LARGEST = 16_000_000  # bytes
SECRETS = os.environ["MINDEE_WEBHOOK_SECRETS"].split(",")

client = Client(ledger=os.environ["MINDEE_LEDGER"])
# A queue and a thread, which starts with the first delivery: so after gunicorn has forked.
worker = ThreadPoolExecutor(max_workers=1)


def body_of(request: HttpRequest) -> bytes | None:
    """The body as it came, and nothing where it is longer than the limit."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return None
    # Django reads as far as the length goes that the request tells. Without one the server knows
    # where the body ends.
    ends = not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated")
    body: bytes = (request.META["wsgi.input"] if ends else request).read(LARGEST + 1)
    return body if len(body) <= LARGEST else None


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    body = body_of(request)
    if body is None:
        return HttpResponse(status=413)
    try:
        delivered = client.jobs.deliver(body, request.headers, SECRETS, largest=LARGEST)
    except WebhookError as error:
        if error.body is None:
            # Not signed by Mindee. Any other error is a 500, and Mindee tries again.
            return HttpResponse(status=401)
        # The signature is right, and this version cannot read it.
        keep_unread(error.body)
    else:
        if delivered.first:
            worker.submit(handle, delivered.delivery)
    return HttpResponse(status=200)


urlpatterns = [path("webhooks/mindee", receive)]
if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__)
application = get_wsgi_application()
