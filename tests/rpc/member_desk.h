// Calls of members, straight at the dispatcher of a test node.
#pragma once

#include <catch2/catch.hpp>

#include "rpc/json_rpc.h"
#include "tests/rpc/test_node.h"

namespace touchstone::test {

using nlohmann::json;

inline rpc::Caller member_of(const TestNode& node, const std::string& id) {
    rpc::Caller caller;
    caller.organisation = id;
    for (const ledger::OrganisationRecord& one : node.genesis().organisations)
        if (one.id == id) caller.roles = one.roles;
    return caller;
}

struct MemberDesk {
    class NoTimers : public rpc::Timers {
      public:
        std::function<void()> after(std::chrono::milliseconds, std::function<void()>) override {
            return [] {};
        }
    };

    // `who` empty: nobody.
    json call(const std::string& who, const std::string& method, const json& params = json::object()) {
        const auto caller = std::make_shared<const rpc::Caller>(member_of(node, who));
        const json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
        std::string out;
        dispatcher.handle_general(request.dump(), {nullptr, [&] { return caller; }}, out, [](std::string) {});
        return json::parse(out);
    }
    json result(const std::string& who, const std::string& method, const json& params = json::object()) {
        const json answer = call(who, method, params);
        INFO(method << " as '" << who << "': " << answer.dump());
        REQUIRE(answer.contains("result"));
        return answer["result"];
    }
    // The reason of the refusal, or "none".
    std::string refusal(const std::string& who, const std::string& method, const json& params = json::object()) {
        const json answer = call(who, method, params);
        return answer.contains("error") ? answer["error"]["data"]["code"].get<std::string>() : "none";
    }
    // All pages of one entry each.
    std::vector<json> pages(const std::string& who, const std::string& method, json params = json::object()) {
        std::vector<json> all;
        params["limit"] = 1;
        for (;;) {
            all.push_back(result(who, method, params));
            if (all.back()["complete"].get<bool>()) return all;
            params["cursor"] = all.back()["cursor"];
        }
    }
    // One transaction in a block of its own, whatever becomes of it.
    rpc::TransactionStatus run(const std::string& who, const std::vector<ledger::Operation>& operations) {
        const auto carried = node.sign(who, operations);
        node.submit(carried.to_envelope(), [](rpc::SubmitOutcome taken) { REQUIRE(!taken.rejection); });
        node.seal();
        return node.transaction(carried.id());
    }

    TestNode node;
    rpc::RecordCache cache;
    NoTimers timers;
    rpc::Services services{node, cache, timers, [] { return kTestNow; }};
    rpc::Dispatcher dispatcher{services, rpc::DispatcherLimits{4}};
};

}  // namespace touchstone::test
