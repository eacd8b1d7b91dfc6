#include "crypto/key_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "crypto/ed25519.h"

namespace touchstone::crypto {
namespace {

namespace fs = std::filesystem;

class Folder {
  public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "touchstone-key-file-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    fs::path operator/(std::string_view name) const { return path_ / name; }
    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
    }

  private:
    fs::path path_;
};

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void put(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

std::string read_error(const fs::path& path, std::string_view passphrase) {
    const auto key = read_key_file(path, passphrase);
    return key.ok() ? "none" : key.error().code;
}

mode_t mode_of(const fs::path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

}  // namespace

TEST_CASE("A key comes back from its file, under its passphrase only") {
    const Folder folder;
    for (const KeyFileWork work : {KeyFileWork::kMinimal, KeyFileWork::kInteractive}) {
        const SecretKey key = SecretKey::generate();
        const fs::path path = folder / (work == KeyFileWork::kMinimal ? "minimal.key" : "interactive.key");
        REQUIRE(write_key_file(path, key, "correct horse", work).ok());
        const auto read = read_key_file(path, "correct horse");
        REQUIRE(read.ok());
        REQUIRE(read->public_key() == key.public_key());
        REQUIRE(read->seed() == key.seed());
        REQUIRE(*read_key_file_public(path) == key.public_key());
        for (std::string_view wrong : {"", "correct horsf", "correct hors", "correct horse "})
            REQUIRE(read_error(path, wrong) == "key_file_passphrase");
    }
    REQUIRE(folder.entries() == 2);
}

TEST_CASE("The default is not the cheap derivation") {
    const Folder folder;
    REQUIRE(write_key_file(folder / "a.key", SecretKey::generate(), "p").ok());
    REQUIRE(content_of(folder / "a.key").find("kdf argon2id 2 67108864\n") != std::string::npos);
}

TEST_CASE("The file is text of six lines, holds no secret in clear, and never twice the same") {
    const Folder folder;
    const SecretKey key = SecretKey::generate();
    REQUIRE(write_key_file(folder / "a.key", key, "p", KeyFileWork::kMinimal).ok());
    REQUIRE(write_key_file(folder / "b.key", key, "p", KeyFileWork::kMinimal).ok());
    const std::string a = content_of(folder / "a.key");
    const std::string b = content_of(folder / "b.key");
    REQUIRE(a.starts_with("touchstone-key 1\npublic " + key.public_key().hex() + "\nkdf argon2id 1 8192\nsalt "));
    REQUIRE(std::count(a.begin(), a.end(), '\n') == 6);
    REQUIRE(a.find(to_hex(key.seed())) == std::string::npos);
    const auto line = [](const std::string& text, std::string_view label) {
        const std::size_t at = text.find(label);
        return text.substr(at, text.find('\n', at) - at);
    };
    for (std::string_view label : {"salt ", "nonce ", "sealed "}) REQUIRE(line(a, label) != line(b, label));
}

// The format must stay readable: a file written once, with the seed of RFC 8032's first vector.
TEST_CASE("A key file of version 1 is read for ever") {
    const Folder folder;
    put(folder / "old.key",
        "touchstone-key 1\n"
        "public d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n"
        "kdf argon2id 1 8192\n"
        "salt 000102030405060708090a0b0c0d0e0f\n"
        "nonce 6465666768696a6b6c6d6e6f707172737475767778797a7b\n"
        "sealed 7accf0f7a28fa8381de1c20025f10fbf083249235b8e44e9769acce47671ed98f595317618a229766c091d277c7292e9\n");
    const auto key = read_key_file(folder / "old.key", "correct horse battery staple");
    REQUIRE(key.ok());
    REQUIRE(to_hex(key->seed()) == "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
}

TEST_CASE("A key file is the owner's alone, whatever the umask") {
    const Folder folder;
    for (const mode_t mask : {0, 022, 0277, 0777}) {
        const fs::path path = folder / ("umask" + std::to_string(mask));
        const mode_t before = ::umask(mask);
        const bool written = write_key_file(path, SecretKey::generate(), "p", KeyFileWork::kMinimal).ok();
        ::umask(before);
        REQUIRE(written);
        REQUIRE(mode_of(path) == 0600);
    }
    const fs::path path = folder / "umask0";
    for (int bit = 0; bit < 6; ++bit) {
        REQUIRE(::chmod(path.c_str(), static_cast<mode_t>(0600 | (1 << bit))) == 0);
        REQUIRE(read_error(path, "p") == "key_file_mode");
        REQUIRE(read_key_file_public(path).ok());
    }
    REQUIRE(read_key_file(path, "p").ok() == false);
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    REQUIRE(read_error(path, "p") == "none");
    REQUIRE(::chmod(path.c_str(), 0400) == 0);
    REQUIRE(read_error(path, "p") == "none");
}

TEST_CASE("A key file is never overwritten") {
    const Folder folder;
    const fs::path path = folder / "a.key";
    REQUIRE(write_key_file(path, SecretKey::generate(), "p", KeyFileWork::kMinimal).ok());
    const std::string before = content_of(path);
    const auto again = write_key_file(path, SecretKey::generate(), "p", KeyFileWork::kMinimal);
    REQUIRE(again.error().code == "key_file_exists");
    REQUIRE(content_of(path) == before);
    put(folder / "foreign", "something else");
    REQUIRE(write_key_file(folder / "foreign", SecretKey::generate(), "p", KeyFileWork::kMinimal).error().code ==
            "key_file_exists");
    REQUIRE(content_of(folder / "foreign") == "something else");
    fs::create_symlink(folder / "nowhere", folder / "dangling");
    REQUIRE(write_key_file(folder / "dangling", SecretKey::generate(), "p", KeyFileWork::kMinimal).error().code ==
            "key_file_exists");
    REQUIRE_FALSE(fs::exists(folder / "nowhere"));
    REQUIRE(folder.entries() == 3);
}

TEST_CASE("Of many writers of one name exactly one wins, and its file is whole") {
    const Folder folder;
    const fs::path path = folder / "contested.key";
    std::atomic<int> won = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 8; ++i)
            writers.emplace_back([&] {
                const auto written = write_key_file(path, SecretKey::generate(), "p", KeyFileWork::kMinimal);
                if (written.ok())
                    ++won;
                else if (written.error().code == "key_file_exists")
                    ++refused;
            });
    }
    REQUIRE(won == 1);
    REQUIRE(refused == 7);
    REQUIRE(read_error(path, "p") == "none");
    REQUIRE(folder.entries() == 1);
}

TEST_CASE("A file that can not be written whole leaves nothing behind") {
    const Folder folder;
    const SecretKey key = SecretKey::generate();
    REQUIRE(write_key_file(folder / "absent/a.key", key, "p", KeyFileWork::kMinimal).error().code == "key_file_io");
    REQUIRE(folder.entries() == 0);
    // A limit on the size of files makes write() fall short, as a full disk does.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{100, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto written = write_key_file(folder / "a.key", key, "p", KeyFileWork::kMinimal);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, SIG_DFL);
    REQUIRE(written.error().code == "key_file_io");
    REQUIRE(folder.entries() == 0);
}

TEST_CASE("What is not there, not a file or not readable has its own name") {
    const Folder folder;
    REQUIRE(read_error(folder / "absent.key", "p") == "key_file_missing");
    REQUIRE(read_key_file_public(folder / "absent.key").error().code == "key_file_missing");
    REQUIRE(read_error(folder / "", "p") == "key_file_malformed");
    put(folder / "empty.key", "");
    REQUIRE(read_error(folder / "empty.key", "p") == "key_file_malformed");
    put(folder / "large.key", std::string(100'000, 'x'));
    REQUIRE(read_error(folder / "large.key", "p") == "key_file_malformed");
    REQUIRE(::mkfifo((folder / "pipe.key").c_str(), 0600) == 0);
    REQUIRE(read_error(folder / "pipe.key", "p") == "key_file_malformed");
}

TEST_CASE("A truncated file is malformed at every length") {
    const Folder folder;
    REQUIRE(write_key_file(folder / "a.key", SecretKey::generate(), "p", KeyFileWork::kMinimal).ok());
    const std::string text = content_of(folder / "a.key");
    for (std::size_t size = 0; size < text.size(); ++size) {
        put(folder / "cut.key", text.substr(0, size));
        REQUIRE(read_error(folder / "cut.key", "p") == "key_file_malformed");
        REQUIRE(read_key_file_public(folder / "cut.key").error().code == "key_file_malformed");
    }
    put(folder / "long.key", text + "\n");
    REQUIRE(read_error(folder / "long.key", "p") == "key_file_malformed");
    put(folder / "long.key", text + std::string(5000, 'x'));
    REQUIRE(read_error(folder / "long.key", "p") == "key_file_malformed");
}

TEST_CASE("No altered character of a file goes unnoticed, the public key's least of all") {
    const Folder folder;
    REQUIRE(write_key_file(folder / "a.key", SecretKey::generate(), "p", KeyFileWork::kMinimal).ok());
    const std::string text = content_of(folder / "a.key");
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string altered = text;
        altered[i] = altered[i] == '0' ? '1' : '0';
        put(folder / "altered.key", altered);
        INFO("character " << i);
        const std::string error = read_error(folder / "altered.key", "p");
        REQUIRE((error == "key_file_passphrase" || error == "key_file_malformed"));
    }
    std::string other_key = text;
    const std::string other = SecretKey::generate().public_key().hex();
    other_key.replace(other_key.find("public ") + 7, other.size(), other);
    put(folder / "altered.key", other_key);
    REQUIRE(read_error(folder / "altered.key", "p") == "key_file_passphrase");
}

TEST_CASE("A file may not ask for a derivation that nobody writes") {
    const Folder folder;
    REQUIRE(write_key_file(folder / "a.key", SecretKey::generate(), "p", KeyFileWork::kMinimal).ok());
    const std::string text = content_of(folder / "a.key");
    for (std::string_view cost :
         {"1 8193", "4000000000 8192", "1 4398046511104", "0 0", "01 8192", "1 8192 ", "2 8192"}) {
        std::string altered = text;
        altered.replace(altered.find("1 8192"), 6, cost);
        put(folder / "altered.key", altered);
        INFO(cost);
        REQUIRE(read_error(folder / "altered.key", "p") == "key_file_malformed");
    }
}

}  // namespace touchstone::crypto
