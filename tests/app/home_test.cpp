#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "folder.h"
#include "node/app/home.h"

using namespace touchstone;
using namespace touchstone::node;

TEST_CASE("a home is made once, and only for its owner") {
    const testing::Folder folder;
    const Home home(folder.path / "node");
    REQUIRE(home.check().error().code == "home_missing");
    REQUIRE(create_home(home, {"genesis", "config"}).ok());
    REQUIRE(*read_text_file(home.genesis()) == "genesis");
    REQUIRE(*read_text_file(home.config()) == "config");
    for (const auto& path : {home.root(), home.blocks(), home.votes(), home.state()}) {
        struct stat info {};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        REQUIRE((info.st_mode & 0777) == 0700);
    }
    REQUIRE(create_home(home, {"other", "other"}).error().code == "home_exists");
    REQUIRE(*read_text_file(home.genesis()) == "genesis");
    REQUIRE(home.check().error().code == "home_incomplete");  // no key yet
    REQUIRE(write_text_file(home.node_key(), "key").ok());
    REQUIRE(home.check().ok());
}

TEST_CASE("a lone key is enough to refuse a new home") {
    const testing::Folder folder;
    const Home home(folder.path);
    REQUIRE(write_text_file(home.node_key(), "key").ok());
    REQUIRE(create_home(home, {"genesis", "config"}).error().code == "home_exists");
    REQUIRE(!std::filesystem::exists(home.genesis()));
}

TEST_CASE("two can not hold one home, and the error names the holder") {
    const testing::Folder folder;
    const Home home(folder.path);
    {
        const auto first = HomeLock::acquire(home);
        REQUIRE(first.ok());
        const auto second = HomeLock::acquire(home);
        REQUIRE(!second.ok());
        REQUIRE(second.error().code == "home_locked");
        REQUIRE(second.error().message.find(std::to_string(::getpid())) != std::string::npos);
    }
    REQUIRE(HomeLock::acquire(home).ok());
}

TEST_CASE("the lock goes with a process that is killed") {
    const testing::Folder folder;
    const Home home(folder.path);
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto lock = HomeLock::acquire(home);
        const char answer = lock.ok() ? 'y' : 'n';
        if (::write(ready[1], &answer, 1) == 1) ::pause();
        ::_exit(0);
    }
    char answer = 0;
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    REQUIRE(answer == 'y');
    const auto refused = HomeLock::acquire(home);
    REQUIRE(!refused.ok());
    REQUIRE(refused.error().message.find(std::to_string(child)) != std::string::npos);
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    REQUIRE(HomeLock::acquire(home).ok());
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("text files are replaced whole") {
    const testing::Folder folder;
    const auto path = folder.path / "x";
    REQUIRE(read_text_file(path).error().code == "file_missing");
    REQUIRE(write_text_file(path, "one").ok());
    REQUIRE(write_text_file(path, "two").ok());
    REQUIRE(*read_text_file(path) == "two");
    REQUIRE(write_text_file(folder.path / "none" / "x", "one").error().code == "file_io");
}
