// The home folder of one node.
//
//   genesis.json   what the chain starts from          node.key   the node's key, encrypted, mode 0600
//   config.toml    this node's settings                lock       held by the running process, names its pid
//   blocks/        block log                           votes/     vote journal
//   state/         LevelDB                             vault/     serials in plaintext, encrypted (node/app/vault.h)
//   executing, quarantine.json   what this node dies of (node/app/quarantine_file.h)
//
// Two processes can not share a home: both would sign. Thread safety: values; HomeLock belongs to one owner.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace touchstone::node {

class Home {
  public:
    explicit Home(std::filesystem::path root) : root_(std::move(root)) {}
    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path genesis() const { return root_ / "genesis.json"; }
    std::filesystem::path config() const { return root_ / "config.toml"; }
    std::filesystem::path node_key() const { return root_ / "node.key"; }
    std::filesystem::path blocks() const { return root_ / "blocks"; }
    std::filesystem::path votes() const { return root_ / "votes"; }
    std::filesystem::path state() const { return root_ / "state"; }
    std::filesystem::path vault() const { return root_ / "vault"; }
    std::filesystem::path executing() const { return root_ / "executing"; }
    std::filesystem::path quarantine() const { return root_ / "quarantine.json"; }
    std::filesystem::path lock() const { return root_ / "lock"; }

    // Errors: home_missing (no such folder), home_incomplete (names the missing file).
    [[nodiscard]] Status check() const;

  private:
    std::filesystem::path root_;
};

struct HomeFiles {
    std::string genesis_json;
    std::string config_toml;
};

// Makes the folder (mode 0700) with its folders and files, synced; the key file is the caller's (crypto/key_file.h).
// Errors: home_exists (it has a genesis, config or key already; nothing was touched), home_io.
[[nodiscard]] Status create_home(const Home& home, const HomeFiles& files);

// Errors: file_missing, file_too_large (more than 64 MiB), file_io.
Result<std::string> read_text_file(const std::filesystem::path& path);
// Written beside, synced, renamed: there is the old text or the new one, never a part. Error: file_io.
[[nodiscard]] Status write_text_file(const std::filesystem::path& path, const std::string& text);

// Held until destroyed or until the process ends, however it ends.
class HomeLock {
  public:
    // Errors: home_locked (names the pid of the holder), home_io.
    static Result<HomeLock> acquire(const Home& home);
    HomeLock(HomeLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    HomeLock& operator=(HomeLock&& other) noexcept;
    HomeLock(const HomeLock&) = delete;
    HomeLock& operator=(const HomeLock&) = delete;
    ~HomeLock();

  private:
    explicit HomeLock(int file) : file_(file) {}
    int file_ = -1;
};

}  // namespace touchstone::node
