#include "ledger/schema/build.h"

#include "ledger/schema/protobuf_writer.h"

namespace touchstone::ledger {
Bytes build_payload(const PayloadHead& head, std::span<const Operation> operations) {
    pb::Payload payload;
    payload.set_chain_id(head.chain_id.bytes.data(), Hash256::kSize);
    payload.set_organisation(head.organisation);
    payload.set_key(head.key.bytes.data(), crypto::PublicKey::kSize);
    payload.set_valid_until(head.valid_until);
    payload.set_nonce(head.nonce.data(), head.nonce.size());
    for (const Operation& operation : operations) {
        pb::Operation& to = *payload.add_operations();
        const auto* const member = pb::Operation::descriptor()->FindFieldByName(std::string(info(operation).name));
        INVARIANT(member != nullptr);
        ProtobufWriter writer(*to.GetReflection()->MutableMessage(&to, member));
        std::visit([&](const auto& one) { writer.write(one); }, operation);
    }
    return serialized(payload);
}

Bytes key_possession_bytes(const Hash256& chain_id, std::string_view organisation) {
    return std::move(Writer{}.raw(as_bytes("touchstone/key/1")).hash(chain_id).raw(as_bytes(organisation))).take();
}

SignedTransaction sign_payload(Bytes payload, const crypto::SecretKey& key) {
    const crypto::Signature signature = key.sign(transaction_signing_bytes(payload));
    return {std::move(payload), signature};
}

}  // namespace touchstone::ledger
