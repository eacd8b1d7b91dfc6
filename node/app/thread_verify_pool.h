// The verify pool of a real node: threads that parse transactions and check their signatures.
//
// Thread safety: check() from the core thread; verdicts come back on it, through the executor given. A batch of one or
// two is checked at once on the caller's thread when no thread is busy: handing over costs more than the check itself.
// Destruction waits for the batches under way and drops their answers.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "node/verify_pool.h"

namespace touchstone::node {

class ThreadVerifyPool final : public VerifyPool {
  public:
    // `answered` is called on the core thread after verdicts that came from another thread were handed over.
    ThreadVerifyPool(boost::asio::any_io_executor core, unsigned threads, std::function<void()> answered);
    ~ThreadVerifyPool() override;

    void check(std::vector<ledger::SignedTransactionPtr> batch, const ledger::Parameters& parameters,
               std::function<void(std::vector<CheckedTransaction>)> done) override;

  private:
    struct Job;
    struct Slice {
        std::shared_ptr<Job> job;
        std::size_t from;
        std::size_t to;
    };
    void run();
    void work(const Slice& slice);

    boost::asio::any_io_executor core_;
    std::function<void()> answered_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Slice> slices_;
    std::atomic<std::size_t> under_way_{0};
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace touchstone::node
