// What a paid job may rely on: how calls end, the ledger, and webhooks.
#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "case.hpp"

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int tries = 5;
constexpr int waits = 40;

// How long a call goes on after its switch was thrown; `check` looks at its error.
template <typename Check>
static Clock::duration ended_after(const mindee::Source &source, Check check) {
    const mindee::Client client;
    const mindee::Cancel cancel;
    Clock::time_point thrown;
    std::thread thread([&] {
        std::this_thread::sleep_for(400ms);
        thrown = Clock::now();
        cancel.cancel();
    });
    const auto outcome = client.extraction().try_run(source, quick(), &cancel);
    const auto ended = Clock::now();
    thread.join();
    check(*outcome.error());
    return ended - thrown;
}

// Several tries: a machine that is busy elsewhere may take its time once, not each time.
template <typename Check> static void ends_within_100_ms(const mindee::Source &source, Check check) {
    Clock::duration fastest = 60s;
    for (int at = 0; at < tries; ++at) {
        const auto took = ended_after(source, check);
        CHECK(took < 2s);
        fastest = std::min(fastest, took);
    }
    CHECK(fastest < 100ms);
}

static void another_thread_ends_a_call_within_100_ms() {
    ends_within_100_ms(document(), [](const mindee::Error &error) {
        CHECK(error.category() == mindee::Category::cancelled);
        CHECK(error.resume_token().has_value());
    });
}

// A document that no socket's buffers hold.
static mindee::Source large() {
    std::string content(16'000'000, ' ');
    content.replace(0, 9, "%PDF-1.4\n");
    return mindee::Source::moved(std::move(content), "large.pdf");
}

static void a_switch_ends_an_upload_that_stalls_within_100_ms() {
    ends_within_100_ms(large(), [](const mindee::Error &error) {
        CHECK(error.category() == mindee::Category::outcome_unknown);
        CHECK(error.maybe_billed());
    });
}

static void a_deadline_ends_an_upload_that_stalls() {
    const mindee::Client client;
    const auto start = Clock::now();
    const auto outcome = client.extraction().try_run(large(), quick().set("deadline", "0.5"));
    CHECK(Clock::now() - start < 5s);
    CHECK(outcome.error()->category() == mindee::Category::outcome_unknown);
}

static void a_deadline_ends_a_wait_and_gives_the_token() {
    const mindee::Client client;
    const auto start = Clock::now();
    const auto outcome = client.extraction().try_run(document(), quick().set("deadline", "0.5"));
    CHECK(Clock::now() - start < 5s);
    CHECK(outcome.error()->category() == mindee::Category::timeout);
    CHECK(outcome.error()->resume_token() && outcome.error()->maybe_billed());
}

static void exit_with_work_pending_is_silent() {
    static const mindee::Client client;
    std::thread([] {
        const auto outcome = client.extraction().try_run(document(), quick());
        std::cerr << "the call ended: " << outcome.ok() << "\n";
    }).detach();
    std::this_thread::sleep_for(300ms);
    std::exit(0);
}

static void many_waits_at_once_hear_of_their_results() {
    const mindee::Client client;
    std::vector<std::thread> threads;
    for (int at = 0; at < waits; ++at) {
        const auto job = client.extraction().enqueue(document(), quick());
        threads.emplace_back([client, job] {
            const auto result = client.jobs().result(job.resume_token());
            CHECK(result.at("/inference/file/name").text() == "invoice.pdf");
        });
    }
    for (auto &thread : threads) thread.join();
    const auto status = client.status();
    CHECK(status.at("/jobs_waited_for").integer() == 0);
}

static void what_was_read_is_listed_collected_and_forgotten() {
    const mindee::Client client({{"ledger", std::getenv("LEDGER")}});
    client.extraction().run(document(), quick().set("alias", "one"));
    client.extraction().run(document(), quick().set("alias", "two"));
    const auto rows = client.ledger().pending();
    CHECK(rows.value().size() == 2 && rows.value()[0]["state"].text() == "done");
    const auto resumed = client.ledger().resume();
    CHECK(resumed.bytes() == rows.bytes());
    auto results = client.ledger().collect({{"most", "1"}});
    const auto one = results.next();
    CHECK(one->value().size() == 1 && one->value()[0]["alias"].text() == "one");
    CHECK(!one->value()[0]["result"]["inference"].missing());
    CHECK(!results.next());
    const auto key = *one->value()[0]["key"].integer();
    CHECK(client.ledger().forget({key}) == 1);
    for (const auto &rest : client.ledger().collect())
        CHECK(rest.value().size() == 1 && rest.value()[0]["alias"].text() == "two");
}

static void large_results_are_read_one_after_another() {
    const mindee::Client client({{"ledger", std::getenv("LEDGER")}});
    for (const auto *id : {"a", "b", "c"}) {
        const auto body = R"({"inference":{"result":{"fields":{}},"id":")" + std::string(id) +
                          R"(","padding":")" + std::string(1'100'000, 'x') + R"("}})";
        client.jobs().deliver(body, {{"X-Signature", mindee::webhook::sign(body, "s")}}, {"s"});
    }
    std::string ids;
    for (const auto &page : client.ledger().collect()) {
        CHECK(page.value().size() == 1);
        ids += page.value()[0]["job_id"].text().value_or("?");
    }
    CHECK(ids == "abc");
}

static void without_a_ledger_each_call_says_so() {
    const auto ledger = mindee::Client().ledger();
    CHECK(ledger.try_pending().error()->code() == "option.missing");
    CHECK(ledger.try_resume().error()->code() == "option.missing");
    CHECK(ledger.collect().try_next().error()->code() == "option.missing");
    CHECK(ledger.try_forget({1}).error()->code() == "option.missing");
}

static void a_result_and_a_failure_are_told_apart_and_read() {
    const auto result = mindee::webhook::unwrap_unsigned(
        R"({"inference":{"id":"a","result":{"fields":{"n":{"value":7}}}}})");
    CHECK(result.kind() == mindee::Payload::result && result.inference_id() == "a");
    CHECK(result.fields()["n"]["value"].integer() == 7 && result.problem().missing());
    const auto failure = mindee::webhook::unwrap_unsigned(
        R"({"inference_id":"b","error":{"status":500,"code":"500-012"}})");
    CHECK(failure.kind() == mindee::Payload::failure && failure.inference_id() == "b");
    CHECK(failure.problem()["code"].text() == "500-012" && failure.fields().missing());
    CHECK(!failure.secret() && !failure.first() && failure.waits() == 0);
}

static void headers_and_secrets_come_in_any_container() {
    const std::string body = R"({"inference_id":"a"})", secret = "canary-secret";
    const auto signature = mindee::webhook::sign(body, secret);
    const std::map<std::string, std::string> headers{{"Host", "x"}, {"x-signature", signature}};
    const std::vector<std::string> secrets{"an older one", secret};
    CHECK(mindee::webhook::unwrap(body, headers, secrets).secret() == 1U);
    CHECK(mindee::webhook::unwrap(body, {{"X-Signature", signature}}, secret).secret() == 0U);
    CHECK(mindee::webhook::unwrap(body, headers, {"an older one", secret}).secret() == 1U);
    const auto refused = mindee::webhook::try_unwrap(body + " ", headers, secret);
    CHECK(refused.error()->category() == mindee::Category::webhook);
    CHECK(refused.error()->payload().find("canary") == std::string_view::npos);
    CHECK(!mindee::webhook::try_sign(body, ""));
}

static void a_delivery_ends_the_wait_for_its_job() {
    const mindee::Client client;
    const auto job = client.extraction().enqueue(document(), quick());
    const std::string body =
        R"({"inference":{"id":")" + std::string(job.id()) + R"(","result":{"fields":{}}}})";
    std::thread thread([&] {
        const auto result = client.jobs().result(job.id());
        CHECK(result.bytes() == body);
    });
    const auto signature = mindee::webhook::sign(body, "secret");
    // Until the other thread waits there is nothing to end.
    while (client.jobs().deliver(body, {{"X-Signature", signature}}, "secret").waits() == 0) {
        std::this_thread::sleep_for(10ms);
    }
    thread.join();
    const auto again = client.jobs().deliver(body, {{"X-Signature", signature}}, "secret");
    CHECK(!again.first() && again.kind() == mindee::Payload::result);
}

int main(int count, char **arguments) {
    return run_case({CASE(another_thread_ends_a_call_within_100_ms),
                     CASE(a_switch_ends_an_upload_that_stalls_within_100_ms),
                     CASE(a_deadline_ends_an_upload_that_stalls),
                     CASE(a_deadline_ends_a_wait_and_gives_the_token),
                     CASE(exit_with_work_pending_is_silent),
                     CASE(many_waits_at_once_hear_of_their_results),
                     CASE(what_was_read_is_listed_collected_and_forgotten),
                     CASE(large_results_are_read_one_after_another),
                     CASE(without_a_ledger_each_call_says_so),
                     CASE(a_result_and_a_failure_are_told_apart_and_read),
                     CASE(headers_and_secrets_come_in_any_container),
                     CASE(a_delivery_ends_the_wait_for_its_job)},
                    count, arguments);
}
