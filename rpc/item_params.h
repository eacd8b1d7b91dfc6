// The parameters that name an item, shared by the item_ methods: gtin and serial, or uri, or gtin and commitment, or these in one
// `item` (an object with these members, or a URI).
#pragma once

#include "rpc/verify.h"

namespace touchstone::rpc {

// The texts that a VerifyRequest's views point into.
struct ItemParams {
    std::optional<std::string> gtin, serial, uri, commitment;
    // Errors: invalid_params.
    static Result<ItemParams, RpcError> from(const Params& params);
    VerifyRequest request() const;
};

std::vector<ParamInfo> item_param_infos();

}  // namespace touchstone::rpc
