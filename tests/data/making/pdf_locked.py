"""Encrypted and signed PDF files. No two runs make the same keys, so what is there is kept."""

import datetime
import io

import pikepdf

from .made import Made, kept
from .pdf_pictures import says
from .pdf_writer import Pdf, classic, streamed

PASSWORD, OWNER = "oak-and-ash", "timber-yard"


def _plain():
    pdf = Pdf()
    pdf.sheets(2)
    return pdf.finish()


def locked(content, user, owner, revision):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(
            out,
            static_id=True,
            encryption=pikepdf.Encryption(
                user=user, owner=owner, R=revision, aes=revision >= 4, metadata=revision >= 4
            ),
        )
    return out.getvalue()


def signed():
    """Signed with a key that is made for it and thrown away."""
    from asn1crypto import keys
    from asn1crypto import x509 as asn1
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Marta Ostrow (invented)")])
    start = datetime.datetime(2026, 10, 31)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(42)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(certificate.public_bytes(der)),
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        ),
        cert_registry=SimpleCertificateStore(),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(classic(_plain())))
    fields.append_signature_field(
        writer, fields.SigFieldSpec("signature", on_page=1, box=(40, 60, 240, 110))
    )
    meta = signers.PdfSignatureMetadata(
        field_name="signature", name="Marta Ostrow", reason="Goods received"
    )
    return signers.sign_pdf(writer, meta, signer=signer).getvalue()


def without_catalog(content):
    """Nothing is left of the first object, and the second one is not ended."""
    first, second = content.index(b"1 0 obj"), content.index(b"2 0 obj")
    end = content.index(b"endobj", second)
    return content[:first] + content[second:end] + b"endojj" + content[end + 6 :]


def files(folder):
    def one(name, make, what, expected):
        return Made(f"pdf/{name}.pdf", kept(folder / "pdf" / f"{name}.pdf", make), what, expected)

    content, packed = classic(_plain()), streamed(_plain())
    for word, revision, source in (
        ("rc4-40", 2, content),
        ("rc4-128", 3, content),
        ("aes-128", 4, content),
        ("aes-256", 6, content),
        ("aes-256-in-streams", 6, packed),
    ):
        yield one(
            f"empty-password-{word}",
            lambda r=revision, s=source: locked(s, "", OWNER, r),
            f"encrypted ({word}) with an empty user password: it opens without one",
            {**says(2, True), "encrypted": "empty_password"},
        )
    yield one(
        "owner-password",
        lambda: locked(content, "", "", 3),
        "encrypted (rc4-128), both passwords empty",
        {**says(2, True), "encrypted": "empty_password"},
    )
    locked_away = (folder / "pdf/empty-password-aes-256-in-streams.pdf").read_bytes()
    yield Made(
        "pdf/no-catalog-and-encrypted.pdf",
        without_catalog(locked_away),
        "encrypted with an empty user password; the catalog is lost, and its object stream has no end",
        {**says(2, True), "encrypted": "empty_password", "damaged": True, "repair": "mended"},
    )
    hidden = {"media_type": "application/pdf", "encrypted": "password", "damaged": False}
    for word, revision, source in (
        ("rc4-128", 3, content),
        ("aes-256", 6, content),
        ("aes-256-in-streams", 6, packed),
    ):
        yield one(
            f"password-{word}",
            lambda r=revision, s=source: locked(s, PASSWORD, OWNER, r),
            f"encrypted ({word}) with the password `{PASSWORD}`",
            hidden,
        )
    yield one(
        "signed", signed, "two pages, signed; the signature is seen on the second", says(2, True)
    )
