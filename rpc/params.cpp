#include "base/limits.h"
#include "rpc/method.h"

namespace touchstone::rpc {

const nlohmann::json* Params::find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

Result<std::optional<std::string>, RpcError> Params::text(const char* name) const {
    const nlohmann::json* value = find(name);
    if (!value) return std::optional<std::string>{};
    if (!value->is_string()) return invalid_params(std::string(name) + ": a string.");
    return std::optional(value->get<std::string>());
}

Result<std::optional<std::uint64_t>, RpcError> Params::number(const char* name) const {
    const nlohmann::json* value = find(name);
    if (!value) return std::optional<std::uint64_t>{};
    if (!value->is_number_unsigned()) return invalid_params(std::string(name) + ": a whole number from 0.");
    return std::optional(value->get<std::uint64_t>());
}

Result<std::optional<bool>, RpcError> Params::boolean(const char* name) const {
    const nlohmann::json* value = find(name);
    if (!value) return std::optional<bool>{};
    if (!value->is_boolean()) return invalid_params(std::string(name) + ": true or false.");
    return std::optional(value->get<bool>());
}

Result<std::string, RpcError> Params::required_text(const char* name) const {
    HANDLER_TRY(const std::optional<std::string> value, text(name));
    if (!value) return invalid_params(std::string(name) + " is missing.");
    return *value;
}

Result<std::size_t, RpcError> Params::limit() const {
    HANDLER_TRY(const std::optional<std::uint64_t> value, number("limit"));
    if (!value) return limits::kRpcPageDefault;
    if (*value == 0 || *value > limits::kRpcPageMax)
        return invalid_params("limit: from 1 to " + std::to_string(limits::kRpcPageMax) + ".");
    return static_cast<std::size_t>(*value);
}

}  // namespace touchstone::rpc
