// What one process leaves behind when it dies of a transaction, and what the next makes of it. Each death is a child's.
#include "node/app/quarantine_file.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "folder.h"
#include "tests/ledger/world.h"

using namespace touchstone;
using namespace touchstone::node;
namespace lt = touchstone::ledger::test;
namespace op = touchstone::ledger::op;

namespace {

std::string describe(const ledger::ParsedTransaction&) { return "receive"; }

struct Case {
    testing::Folder folder;
    Home home{folder.path};
    lt::World world;
    ledger::ParsedTransactionPtr harmless = world.transaction("brand", {op::DeclareProduct{lt::kGtin, "Lamp", {}, {}}});
    ledger::ParsedTransactionPtr deadly = world.transaction("shop", {op::Receive{lt::items(0, 3)}});
    const Hash256 id = ledger::info(*deadly).id;
    std::vector<std::string> errors;

    Result<std::unique_ptr<QuarantineFile>> open() {
        return QuarantineFile::open(home, describe, [this](LogLevel level, const std::string& message) {
            if (level == LogLevel::kError) errors.push_back(message);
        });
    }
    std::unique_ptr<QuarantineFile> start() {
        auto opened = open();
        REQUIRE(opened.ok());
        return *std::move(opened);
    }
    void execute(QuarantineFile& file) {
        // Stands in for a fault of the rules: the process dies once the deadly one is executed.
        class Fault final : public ledger::ExecutionObserver {
          public:
            Fault(QuarantineFile& file, const Hash256& id, std::function<void()> die)
                : file_(file), id_(id), die_(std::move(die)) {}
            void on_transaction(const ledger::BlockContext& context, std::uint32_t index,
                                const ledger::ParsedTransaction& transaction) override {
                file_.on_transaction(context, index, transaction);
                if (ledger::info(transaction).id == id_) die_();
            }
            void on_executed(std::size_t transactions) override { file_.on_executed(transactions); }

          private:
            QuarantineFile& file_;
            Hash256 id_;
            std::function<void()> die_;
        };
        Fault fault(file, id, die);
        const ledger::ExecutionWatch watch(fault);
        REQUIRE(ledger::execute(world.context(), std::vector{harmless, deadly}, world.reader()).ok());
    }
    // The signal that ended the process which executed both; 0: none did.
    int run() {
        const pid_t child = ::fork();
        if (child == 0) {
            // The test framework's handlers would report a failed test.
            for (const int signal : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(signal, SIG_DFL);
            auto file = open();
            if (!file.ok()) ::_exit(3);
            execute(**file);
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

    std::function<void()> die = [] { std::abort(); };
};

}  // namespace

TEST_CASE("a transaction that ended the process is held by the next, and by all after it") {
    Case at;
    const int signal = GENERATE(SIGABRT, SIGSEGV, SIGFPE);
    at.die = [signal] { ::raise(signal); };
    REQUIRE(at.run() == signal);
    for (int start = 0; start < 2; ++start) {
        const auto file = at.start();
        REQUIRE(file->holds(at.id));
        REQUIRE_FALSE(file->holds(ledger::info(*at.harmless).id));
    }
    // Told once, with what an operator needs.
    REQUIRE(at.errors.size() == 1);
    for (const std::string& named : {at.id.hex(), std::string("shop"), std::string("receive"), std::string("release")})
        REQUIRE(at.errors[0].find(named) != std::string::npos);
}

TEST_CASE("a process that is killed from outside holds nothing against what it executed") {
    Case at;
    at.die = [] { ::raise(SIGKILL); };
    REQUIRE(at.run() == SIGKILL);
    REQUIRE_FALSE(at.start()->holds(at.id));
    REQUIRE(at.errors.empty());
}

TEST_CASE("killed three times in a row over one transaction, it is held: memory may be what it eats") {
    Case at;
    at.die = [] { ::raise(SIGKILL); };
    for (int end = 0; end < 3; ++end) REQUIRE(at.run() == SIGKILL);
    REQUIRE(at.start()->holds(at.id));
}

TEST_CASE("what was only remembered is forgotten when it does no harm the next time") {
    Case at;
    for (int end = 0; end < 4; ++end) {
        at.die = [] { ::raise(SIGKILL); };
        REQUIRE(at.run() == SIGKILL);
        at.die = [] {};
        REQUIRE(at.run() == 0);
    }
    REQUIRE_FALSE(at.start()->holds(at.id));
}

TEST_CASE("another thread's fault is not laid on what is executed meanwhile") {
    Case at;
    at.die = [] { std::thread([] { std::abort(); }).join(); };
    REQUIRE(at.run() == SIGABRT);
    REQUIRE_FALSE(at.start()->holds(at.id));
}

TEST_CASE("a node that can not pass a final block stops and says so, until it is released") {
    Case at;
    REQUIRE(at.run() == SIGABRT);
    // Held now, and executed again: so its block is final.
    REQUIRE(at.run() == SIGABRT);
    const auto refused = at.open();
    REQUIRE_FALSE(refused.ok());
    REQUIRE(refused.error().code == "block_ends_node");
    for (const std::string& named : {at.id.hex(), std::string("final block 1 "), std::string("quarantine release")})
        REQUIRE(refused.error().message.find(named) != std::string::npos);
    REQUIRE_FALSE(at.open().ok());
    auto list = QuarantineList::read(at.home);
    REQUIRE(list.ok());
    REQUIRE(list->remove(at.id));
    REQUIRE(list->write(at.home).ok());
    REQUIRE(at.start()->empty());
}

TEST_CASE("the list of a quarantine is read as it was written, and refused when it is not one") {
    const testing::Folder folder;
    const Home home(folder.path);
    QuarantineList list;
    QuarantinedTransaction& one = list.entry(lt::digest(1));
    one = {lt::digest(1), "shop", "receive", Height(7), 2, true, true};
    REQUIRE(list.write(home).ok());
    REQUIRE(QuarantineList::read(home)->all() == list.all());
    for (const char* text : {"", "[]", "{\"transactions\":[{}]}", "{\"transactions\":[{\"id\":7}]}"}) {
        REQUIRE(write_text_file(home.quarantine(), text).ok());
        REQUIRE(QuarantineList::read(home).error().code == "quarantine_malformed");
    }
}
