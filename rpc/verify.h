// item_verify: from the name of an item to the verdict, with a proof of every record that the verdict rests on.
//
// One function serves the fast and the general path, so that both answer alike. Views in the request are the caller's.
#pragma once

#include <optional>
#include <string_view>

#include "ledger/identifiers/gs1.h"
#include "ledger/schema/units.h"
#include "rpc/method.h"

namespace touchstone::rpc {

struct VerifyRequest {
    std::optional<std::string_view> gtin, serial, uri, commitment;
    std::optional<std::string_view> lot, expiry, country, purpose, seller;
    bool proof = true;
};

// What the three ways to name an item come to.
struct NamedItem {
    ledger::ItemName name;
    std::string lot;   // from a Digital Link, else empty
    std::string expiry;
};
// Errors: invalid_params with the reason item_name, bad_gtin, bad_serial, bad_identifier, bad_commitment.
Result<NamedItem, RpcError> name_item(const VerifyRequest& request);

// Errors beside these: invalid_params; not_synced, since what a node has not seen yet may be a recall.
HandlerError write_verify(const Services& services, const VerifyRequest& request, JsonWriter& out);

}  // namespace touchstone::rpc
