// A shared lock for many short readers and one writer that neither side can starve: a waiting writer keeps new readers
// out, and those who waited while it wrote go before the next writer. Inner to storage.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace touchstone::storage {

class ReadGate {
  public:
    void lock_shared() {
        std::unique_lock lock(mutex_);
        if (writing_ || writers_waiting_ > 0) {
            const std::uint64_t turn = turn_;
            ++readers_waiting_;
            changed_.wait(lock, [&] { return turn_ != turn; });
            // unlock() counted this reader in already.
            return;
        }
        ++readers_;
    }

    void unlock_shared() {
        const std::lock_guard lock(mutex_);
        if (--readers_ == 0 && writers_waiting_ > 0) changed_.notify_all();
    }

    void lock() {
        std::unique_lock lock(mutex_);
        ++writers_waiting_;
        changed_.wait(lock, [&] { return !writing_ && readers_ == 0; });
        --writers_waiting_;
        writing_ = true;
    }

    void unlock() {
        const std::lock_guard lock(mutex_);
        writing_ = false;
        ++turn_;
        readers_ += readers_waiting_;
        readers_waiting_ = 0;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t turn_ = 0;
    std::uint64_t readers_ = 0;
    std::uint64_t readers_waiting_ = 0;
    std::uint64_t writers_waiting_ = 0;
    bool writing_ = false;
};

}  // namespace touchstone::storage
