// When all tests of this program have run: each operation was applied by one of them at least, and by itself wrote the event
// that its description names. Says which was not, and fails the program.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>

#include "tests/ledger/written_events.h"

namespace touchstone::ledger::test {
namespace {

std::vector<std::string> untested() {
    std::vector<std::string> faults;
    for_each_operation([&](const OperationInfo& operation) {
        const auto& seen = written_by_operation();
        const auto at = seen.find(operation.name);
        if (at == seen.end())
            faults.push_back(std::string(operation.name) + " is applied by no test");
        else if (operation.event && !at->second.contains(*operation.event))
            faults.push_back(std::string(operation.name) + " is described as writing " +
                             std::string(name_of(*operation.event)) + ", and no test sees it write that by itself");
    });
    return faults;
}

class AllOperations : public Catch::TestEventListenerBase {
  public:
    using TestEventListenerBase::TestEventListenerBase;
    void testRunEnded(const Catch::TestRunStats& run) override {
        const auto& all = Catch::getRegistryHub().getTestCaseRegistry().getAllTests();
        const bool whole = run.totals.testCases.total() >= all.size();
        if (!whole || untested().empty()) return;
        // The reporter has its say first.
        std::atexit([] {
            for (const std::string& fault : untested()) std::cerr << "FAILED: every operation is tested: " << fault << std::endl;
            std::_Exit(1);
        });
    }
};
CATCH_REGISTER_LISTENER(AllOperations)

}  // namespace
}  // namespace touchstone::ledger::test
