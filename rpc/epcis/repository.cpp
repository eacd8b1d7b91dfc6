#include "rpc/epcis/repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "crypto/sha256.h"
#include "rpc/epcis/times.h"

namespace touchstone::epcis {

using nlohmann::json;

namespace {

constexpr std::string_view kEventId = "epcis/event/";
constexpr std::string_view kCaptureId = "epcis/capture/";
constexpr std::size_t kListed = 256;

// What the store has of an event: {"event":…,"context":…}.
struct StoredEvent {
    json event;
    json context;
    Namespaces namespaces;
};

std::optional<StoredEvent> read_stored(const StoredDocument& stored) {
    json read = json::parse(stored.text, nullptr, false);
    if (!read.is_object() || !read.contains("event")) return std::nullopt;
    StoredEvent made{std::move(read["event"]), read.value("context", json::object()), standard_namespaces()};
    add_namespaces(made.namespaces, made.context);
    return made;
}

json query_document(json events, const json& context, WallTime created) {
    json document = make_document(json::array(), time_text(created));
    document["type"] = "EPCISQueryDocument";
    document["@context"] = json::array({document["@context"][0]});
    if (!context.empty()) document["@context"].push_back(context);
    document["epcisBody"] = {
        {"queryResults", {{"queryName", "SimpleEventQuery"}, {"resultsBody", {{"eventList", std::move(events)}}}}}};
    return document;
}

// The prefixes of several events in one context. Two events that mean different namespaces by one prefix keep a context
// of their own each.
void join_context(json& joined, StoredEvent& stored) {
    for (const auto& [prefix, space] : stored.context.items())
        if (const auto known = joined.find(prefix); known != joined.end() && *known != space) {
            stored.event["@context"] = stored.context;
            return;
        }
    joined.update(stored.context);
}

json error_of(const EventResult& result) {
    const bool faulty = result.state == EventState::kMalformed;
    return {{"type", faulty ? "epcisException:ValidationException" : "epcisException:ImplementationException"},
            {"title", faulty ? "ValidationException" : "ImplementationException"},
            {"status", faulty ? 400 : 409},
            {"detail", fmt::format("event {}: {} ({})", result.plan.index, result.message, result.code)}};
}

json result_of(const EventResult& result) {
    json made{{"index", result.plan.index},
              {"type", result.plan.type},
              {"result", name_of(result.state)},
              {"eventID", result.plan.event_id.empty() && !result.plan.event_hash.is_zero()
                              ? event_id_of(result.plan.event_hash)
                              : result.plan.event_id}};
    if (!result.code.empty()) made["code"] = result.code;
    if (!result.message.empty()) made["message"] = result.message;
    if (!result.transaction.empty()) made["transaction"] = result.transaction;
    return made;
}

bool is_done(EventState state) {
    return state == EventState::kAccepted || state == EventState::kKept || state == EventState::kAlreadyThere;
}

}  // namespace

struct Repository::Job {
    std::string id;
    Behaviour behaviour = Behaviour::kRollback;
    WallTime created;
    std::vector<DocumentEvent> events;
    // Guarded by the repository's mutex from here on.
    bool running = true;
    bool success = true;
    std::optional<WallTime> finished;
    json errors = json::array();
    json results = json::array();

    json to_json() const {
        json made{{"captureID", id},
                  {"createdAt", time_text(created)},
                  {"running", running},
                  {"success", success},
                  {"captureErrorBehaviour", behaviour == Behaviour::kRollback ? "rollback" : "proceed"},
                  {"errors", errors},
                  {"touchstone:events", results}};
        if (finished) made["finishedAt"] = time_text(*finished);
        return made;
    }
};

Repository::Repository(EventStore& store, Capturer capturer)
    : store_(store), capturer_(std::move(capturer)), thread_([this] { work(); }) {}

Repository::~Repository() { stop(); }

void Repository::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<std::string, Problem> Repository::capture(const std::string& text, Behaviour behaviour) {
    auto events = read_document(text);
    if (!events.ok()) return Problem{400, "ValidationException", events.error().message};
    if (events->size() > kEventsPerCaptureMax)
        return Problem{413, "CaptureLimitExceededException",
                       fmt::format("{} events, at most {}: split the document", events->size(), kEventsPerCaptureMax)};
    const auto job = std::make_shared<Job>();
    job->behaviour = behaviour;
    job->created = capturer_.clock();
    job->events = *std::move(events);
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= kJobsWaitingMax)
        return Problem{503, "ImplementationException", "too many captures wait: try again in a few seconds"};
    // Not to be guessed by counting, and not the same after a restart.
    const Hash256 name = crypto::sha256(as_bytes(fmt::format("{}/{}/{}", job->created.ms, next_++, text)));
    job->id = name.hex().substr(0, 32);
    waiting_.push_back(job);
    known_.push_back(job);
    if (known_.size() > kJobsKept && !known_.front()->running) known_.pop_front();
    wake_.notify_all();
    return job->id;
}

Result<json, Problem> Repository::job(const std::string& id) const {
    {
        const std::lock_guard lock(mutex_);
        for (const JobPtr& job : known_)
            if (job->id == id) return job->to_json();
    }
    const auto stored = store_.find(std::string(kCaptureId) + id);
    if (!stored.ok()) return faulty(stored.error().message);
    if (*stored) {
        json read = json::parse((*stored)->text, nullptr, false);
        if (read.is_object()) return read;
    }
    return not_there(fmt::format("there is no capture job '{}' at this node", id));
}

void Repository::work() {
    for (;;) {
        JobPtr job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            job = waiting_.front();
            waiting_.pop_front();
        }
        run(*job);
    }
}

void Repository::run(Job& job) {
    std::vector<EventResult> results;
    std::optional<Error> fault;
    const auto context = capturer_.context();
    if (context.ok()) {
        results = plan_events(job.events, *context);
        const Status cared = capturer_.care ? capturer_.care(results) : Status(Ok{});
        if (cared.ok()) {
            const auto port = capturer_.port();
            capture_events(results, {job.behaviour, capturer_.organisation, {}}, *port);
        }
        const Status kept = cared.ok() ? keep_events(job, results) : cared;
        if (!kept.ok()) fault = kept.error();
    } else {
        fault = context.error();
    }
    std::string text;
    {
        const std::lock_guard lock(mutex_);
        for (const EventResult& result : results) {
            job.results.push_back(result_of(result));
            if (!is_done(result.state)) job.errors.push_back(error_of(result));
        }
        if (fault)
            job.errors.push_back(
                json::parse(problem_json(faulty(fmt::format("{} ({})", fault->message, fault->code)))));
        job.running = false;
        job.success = job.errors.empty();
        job.finished = capturer_.clock();
        text = job.to_json().dump();
    }
    // A job that is not stored is still known in memory; nothing better can be done with a failure here.
    (void)store_.put(std::string(kCaptureId) + job.id, text, job.created);
}

Status Repository::keep_events(Job& job, std::span<const EventResult> results) {
    const WallTime now = capturer_.clock();
    for (std::size_t i = 0; i < results.size() && i < job.events.size(); ++i) {
        if (!is_done(results[i].state)) continue;
        json event = job.events[i].event;
        event.erase("@context");
        if (results[i].plan.event_id.empty()) {
            const Hash256 hash = event_hash(job.events[i].event, job.events[i].namespaces);
            event["eventID"] = event_id_of(hash);
        }
        event["recordTime"] = time_text(now);
        json context = json::object();
        const Namespaces standard = standard_namespaces();
        for (const auto& [prefix, space] : job.events[i].namespaces)
            if (!standard.contains(prefix)) context[prefix] = space;
        // An error declaration has the identifier of the event that it is about, and stands beside it.
        std::string id = std::string(kEventId) + text_at(event, "eventID");
        if (event.contains("errorDeclaration")) id += "/error/" + text_at(event["errorDeclaration"], "declarationTime");
        const auto put = store_.put(id, json{{"event", event}, {"context", context}}.dump(), now);
        if (!put.ok()) return put.error();
    }
    return Ok{};
}

Result<EventPage, Problem> Repository::events(const EventQuery& query) const {
    using Place = std::pair<std::uint64_t, std::uint64_t>;  // by time, then by sequence
    const bool down = query.direction == Direction::kDescending;
    const auto before = [&](const Place& a, const Place& b) { return down ? b < a : a < b; };
    std::map<Place, StoredEvent, decltype(before)> page(before);
    std::uint64_t from = 0;
    for (bool more = true; more;) {
        const auto listed = store_.list(from, kListed);
        if (!listed.ok()) return faulty(listed.error().message);
        more = listed->size() == kListed;
        for (const StoredDocument& document : *listed) {
            from = document.sequence + 1;
            if (!document.id.starts_with(kEventId)) continue;
            auto stored = read_stored(document);
            if (!stored || !matches(query, stored->event, stored->namespaces)) continue;
            const auto time = query.order == OrderBy::kEventTime ? read_time(text_at(stored->event, "eventTime"))
                                                                 : std::optional(document.stored);
            const Place place{time ? time->ms : 0, document.sequence};
            if (query.after && !before(*query.after, place)) continue;
            page.emplace(place, *std::move(stored));
            // One more than is asked for tells that there is a next page.
            if (page.size() > query.per_page + 1) page.erase(std::prev(page.end()));
        }
    }
    EventPage made;
    if (page.size() > query.per_page) {
        page.erase(std::prev(page.end()));
        const Place& last = std::prev(page.end())->first;
        made.token = fmt::format("{}.{}", last.first, last.second);
    }
    json events = json::array(), context = json::object();
    for (auto& [place, stored] : page) {
        join_context(context, stored);
        events.push_back(std::move(stored.event));
    }
    made.document = query_document(std::move(events), context, capturer_.clock());
    return made;
}

Result<json, Problem> Repository::event(const std::string& event_id) const {
    const auto found = store_.find(std::string(kEventId) + event_id);
    if (!found.ok()) return faulty(found.error().message);
    if (auto stored = *found ? read_stored(**found) : std::nullopt)
        return query_document(json::array({std::move(stored->event)}), stored->context, capturer_.clock());
    // Only the declaration of its error may have been captured here, which stands beside it.
    EventQuery query;
    query.criteria.push_back({"EQ_eventID", {event_id}});
    auto page = events(query);
    if (!page.ok()) return page.error();
    const json& list = page->document["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
    if (list.empty()) return not_there(fmt::format("this node has captured no event '{}'", event_id));
    return std::move(page->document);
}

}  // namespace touchstone::epcis
