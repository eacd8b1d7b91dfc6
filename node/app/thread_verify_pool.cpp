#include "node/app/thread_verify_pool.h"

#include <boost/asio/post.hpp>

namespace touchstone::node {
namespace {

constexpr std::size_t kInlineMax = 2;
constexpr std::size_t kSliceMax = 64;

}  // namespace

struct ThreadVerifyPool::Job {
    std::vector<ledger::SignedTransactionPtr> batch;
    ledger::Parameters parameters;
    std::vector<std::optional<CheckedTransaction>> verdicts;
    std::atomic<std::size_t> left{0};
    std::function<void(std::vector<CheckedTransaction>)> done;

    std::vector<CheckedTransaction> take() {
        std::vector<CheckedTransaction> taken;
        taken.reserve(verdicts.size());
        for (auto& verdict : verdicts) taken.push_back(*std::move(verdict));
        return taken;
    }
};

ThreadVerifyPool::ThreadVerifyPool(boost::asio::any_io_executor core, unsigned threads, std::function<void()> answered)
    : core_(std::move(core)), answered_(std::move(answered)) {
    for (unsigned i = 0; i < std::max(1u, threads); ++i) threads_.emplace_back([this] { run(); });
}

ThreadVerifyPool::~ThreadVerifyPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void ThreadVerifyPool::check(std::vector<ledger::SignedTransactionPtr> batch, const ledger::Parameters& parameters,
                             std::function<void(std::vector<CheckedTransaction>)> done) {
    if (batch.size() <= kInlineMax && under_way_ == 0) {
        std::vector<CheckedTransaction> verdicts;
        for (auto& transaction : batch) verdicts.push_back(check_transaction(std::move(transaction), parameters));
        return done(std::move(verdicts));
    }
    auto job = std::make_shared<Job>();
    job->verdicts.resize(batch.size());
    job->left = batch.size();
    job->batch = std::move(batch);
    job->parameters = parameters;
    job->done = std::move(done);
    ++under_way_;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t from = 0; from < job->batch.size(); from += kSliceMax)
            slices_.push_back({job, from, std::min(from + kSliceMax, job->batch.size())});
    }
    wake_.notify_all();
}

void ThreadVerifyPool::run() {
    while (true) {
        Slice slice;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stopping_ || !slices_.empty(); });
            if (stopping_) return;
            slice = std::move(slices_.front());
            slices_.pop_front();
        }
        work(slice);
    }
}

void ThreadVerifyPool::work(const Slice& slice) {
    Job& job = *slice.job;
    for (std::size_t i = slice.from; i < slice.to; ++i)
        job.verdicts[i] = check_transaction(std::move(job.batch[i]), job.parameters);
    if (job.left.fetch_sub(slice.to - slice.from) != slice.to - slice.from) return;
    boost::asio::post(core_, [this, job = slice.job] {
        --under_way_;
        job->done(job->take());
        answered_();
    });
}

}  // namespace touchstone::node
