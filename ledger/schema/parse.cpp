// Form only, in three steps: bounds on the wire bytes, Protobuf, then each field into the ledger's own terms.
#include <algorithm>
#include <fmt/format.h>

#include <map>

#include "crypto/sha256.h"
#include "ledger/schema/parsed.h"
#include "ledger/schema/protobuf_reader.h"
#include "ledger/schema/wire_scan.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kNonceBytesMin = 8;
constexpr std::size_t kNonceBytesMax = 32;

using ReadOperation = Operation (*)(const google::protobuf::Message&, FieldFaults&);

template <class Op>
Operation read_operation(const google::protobuf::Message& from, FieldFaults& faults) {
    Op operation{};
    ProtobufReader(from, faults).read(operation);
    return operation;
}

// By the number of the member in pb::Operation's oneof.
const std::map<int, ReadOperation>& readers() {
    static const std::map<int, ReadOperation> table = []<std::size_t... I>(std::index_sequence<I...>) {
        const auto number = [](std::string_view name) {
            const auto* const member = pb::Operation::descriptor()->FindFieldByName(std::string(name));
            INVARIANT(member != nullptr);
            return member->number();
        };
        return std::map<int, ReadOperation>{
            {number(std::variant_alternative_t<I, Operation>::kInfo.name),
             &read_operation<std::variant_alternative_t<I, Operation>>}...};
    }(std::make_index_sequence<std::variant_size_v<Operation>>{});
    return table;
}

// What it must name, it names.
void check_naming(const Operation& operation, FieldFaults& faults) {
    const OperationInfo& known = info(operation);
    const Items* const items = items_of(operation);
    const Containers* const containers = containers_of(operation);
    const bool named = items != nullptr && !items->empty();
    if (known.naming == Naming::kItems && !named) faults.refuse(Refusal::kBadItemKeys, "items is empty");
    if (known.naming == Naming::kItemsOrContainers && !named && (containers == nullptr || containers->empty()))
        faults.refuse(Refusal::kBadItemKeys, "items and containers are empty");
}

std::optional<Operation> convert(const pb::Operation& from, FieldFaults& faults) {
    const auto& descriptor = *pb::Operation::descriptor();
    const auto* const set = from.GetReflection()->GetOneofFieldDescriptor(from, descriptor.FindOneofByName("kind"));
    const auto at = set == nullptr ? readers().end() : readers().find(set->number());
    if (at == readers().end() || has_unknown_fields(from)) {
        faults.refuse(Refusal::kMalformed, "an operation is empty or of a kind that this version does not know");
        return std::nullopt;
    }
    Operation operation = at->second(from.GetReflection()->GetMessage(from, set), faults);
    if (!faults.fault()) check_naming(operation, faults);
    return operation;
}

std::optional<Rejection> check_bounds(const SignedTransaction& transaction, const Parameters& parameters) {
    if (transaction.size_bytes() > parameters.transaction_bytes_max || transaction.size_bytes() > INT32_MAX)
        return Rejection{Refusal::kTooLarge, fmt::format("{} bytes, at most {}", transaction.size_bytes(),
                                                         parameters.transaction_bytes_max)};
    switch (scan_payload(transaction.payload, {parameters.operations_max, limits::kFieldsPerOperationMax})) {
        case WireVerdict::kFits:
            return std::nullopt;
        case WireVerdict::kMalformed:
            return Rejection{Refusal::kMalformed, "the payload is not Protobuf"};
        case WireVerdict::kUnknownField:
            return Rejection{Refusal::kMalformed, "an operation has a field that this version does not know"};
        case WireVerdict::kTooManyFields:
            return Rejection{Refusal::kMalformed, "a message has more fields than it can need"};
        case WireVerdict::kTooManyOperations:
            return Rejection{Refusal::kTooLarge, fmt::format("more than {} operations", parameters.operations_max)};
    }
    INVARIANT(false);
}

std::optional<Rejection> check_head(const pb::Payload& payload) {
    const auto malformed = [](std::string detail) { return Rejection{Refusal::kMalformed, std::move(detail)}; };
    if (has_unknown_fields(payload)) return malformed("the payload has a field that this version does not know");
    if (payload.chain_id().size() != Hash256::kSize) return malformed("chain_id is not 32 bytes");
    if (payload.key().size() != crypto::PublicKey::kSize) return malformed("key is not 32 bytes");
    if (payload.nonce().size() < kNonceBytesMin || payload.nonce().size() > kNonceBytesMax)
        return malformed(fmt::format("nonce is not {} to {} bytes", kNonceBytesMin, kNonceBytesMax));
    if (!is_slug(payload.organisation())) return malformed("organisation is not an organisation id");
    if (payload.operations().empty()) return malformed("there are no operations");
    return std::nullopt;
}

}  // namespace

Result<ParsedTransactionPtr, Rejection> parse(SignedTransactionPtr transaction, const Parameters& parameters) {
    if (auto rejection = check_bounds(*transaction, parameters)) return *rejection;
    // Protobuf would write a line to stderr for every payload that a stranger makes up.
    const google::protobuf::LogSilencer silencer;
    pb::Payload payload;
    if (!payload.ParseFromArray(transaction->payload.data(), static_cast<int>(transaction->payload.size())))
        return Rejection{Refusal::kMalformed, "the payload is not Protobuf"};
    if (auto rejection = check_head(payload)) return *rejection;

    FieldFaults faults(parameters);
    std::vector<Operation> operations;
    operations.reserve(static_cast<std::size_t>(payload.operations_size()));
    for (const pb::Operation& from : payload.operations()) {
        auto operation = convert(from, faults);
        if (faults.fault()) return *faults.fault();
        operations.push_back(*std::move(operation));
    }
    const Hash256 id = transaction->id();
    ParsedInfo known{id,
                     *Hash256::from_view(as_bytes(payload.chain_id())),
                     payload.organisation(),
                     *crypto::PublicKey::from_view(as_bytes(payload.key())),
                     payload.valid_until(),
                     transaction->size_bytes(),
                     faults.units(),
                     std::max(faults.units(), limits::kItemsPerOperation * operations.size()),
                     crypto::tagged_hash("touchstone/salt/1", {as_bytes(payload.nonce()), id.view()})};
    return ParsedTransactionPtr(
        std::make_shared<ParsedTransaction>(std::move(known), std::move(transaction), std::move(operations)));
}

}  // namespace touchstone::ledger
