// The EPCIS repository of the organisation whose node this is: captures documents in its name, keeps the plaintext of
// the events beside the chain, and answers queries about them.
//
// Owns one thread, which carries out capture jobs one after the other; jobs() are kept in memory while they run and
// with the last kJobsKept that ended, and in the store for ever once they ended. Threads: any may call. stop(), also by
// the destructor, waits for the job that runs and leaves the others undone; their clients see them running no more.
// Failure: a job whose store fails says so in its errors; what the ledger took stays taken, and the same capture again
// finds it there.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "rpc/epcis/capture.h"
#include "rpc/epcis/event_store.h"
#include "rpc/epcis/query.h"

namespace touchstone::epcis {

// How the repository reaches the ledger; called for each job, on the repository's thread.
struct Capturer {
    std::string organisation;
    std::function<Result<CaptureContext>()> context;
    std::function<std::unique_ptr<CapturePort>()> port;
    std::function<WallTime()> clock;
    // Of the plaintext in what is about to be captured; its error ends the job before anything is sent. May be null.
    std::function<Status(std::span<const EventResult>)> care = nullptr;
};

struct EventPage {
    nlohmann::json document;           // an EPCISQueryDocument
    std::optional<std::string> token;  // of the next page
};

class Repository {
  public:
    static constexpr std::size_t kJobsWaitingMax = 64;
    static constexpr std::size_t kJobsKept = 1024;
    static constexpr std::size_t kEventsPerCaptureMax = 10'000;

    Repository(EventStore& store, Capturer capturer);
    ~Repository();
    Repository(const Repository&) = delete;
    Repository& operator=(const Repository&) = delete;
    void stop();

    // Answers the id of the job. Problems: ValidationException (no EPCIS document), CaptureLimitExceededException,
    // ImplementationException (too many jobs wait).
    Result<std::string, Problem> capture(const std::string& text, Behaviour behaviour);
    // The capture job of the REST binding, with the results of its events. Problem: NoSuchResourceException.
    Result<nlohmann::json, Problem> job(const std::string& id) const;

    Result<EventPage, Problem> events(const EventQuery& query) const;
    // An EPCISQueryDocument with one event.
    Result<nlohmann::json, Problem> event(const std::string& event_id) const;

  private:
    struct Job;
    using JobPtr = std::shared_ptr<Job>;

    void work();
    void run(Job& job);
    [[nodiscard]] Status keep_events(Job& job, std::span<const EventResult> results);

    EventStore& store_;
    Capturer capturer_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<JobPtr> waiting_;
    std::deque<JobPtr> known_;  // oldest first
    std::uint64_t next_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace touchstone::epcis
