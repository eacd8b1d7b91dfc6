#include "tools/client/paged_reads.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace touchstone::tools {

using nlohmann::json;

Result<json> fetch_all(RpcClient& client, const std::string& method, const std::string& member, json params) {
    json all = json::array();
    params["limit"] = limits::kRpcPageMax;
    for (;;) {
        TRY_ASSIGN(const json page, client.call(method, params));
        if (!page.is_object() || !page.contains(member) || !page[member].is_array())
            return Error{"rpc_malformed", fmt::format("{} answered no list '{}'", method, member)};
        for (const json& entry : page[member]) all.push_back(entry);
        if (page.value("complete", true) || !page.contains("cursor") || !page["cursor"].is_string()) return all;
        params["cursor"] = page["cursor"];
    }
}

}  // namespace touchstone::tools
