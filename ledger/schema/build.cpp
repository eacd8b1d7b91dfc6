#include "ledger/schema/build.h"

#include "ledger/schema/pb.h"

namespace touchstone::ledger {
namespace {

std::string joined(const std::vector<Hash256>& items) {
    std::string bytes;
    bytes.reserve(items.size() * Hash256::kSize);
    for (const Hash256& item : items) bytes += as_text(item.view());
    return bytes;
}

pb::FlagKind flag_kind(ItemFlag flag) { return static_cast<pb::FlagKind>(static_cast<int>(flag) + 1); }

// One overload for each operation: writes it into the oneof of the Protobuf operation.
struct OperationWriter {
    pb::Operation& out;

    void operator()(const op::DeclareProduct& from) const {
        auto& to = *out.mutable_declare_product();
        to.set_gtin(from.gtin);
        to.set_name(from.name);
        if (!from.image_hash.is_zero()) to.set_image_hash(from.image_hash.bytes.data(), Hash256::kSize);
        for (const Hash256& document : from.document_hashes)
            to.add_document_hashes(document.bytes.data(), Hash256::kSize);
        to.set_serial_policy(static_cast<pb::SerialPolicy>(from.serial_policy));
    }
    void operator()(const op::GrantLicence& from) const {
        auto& to = *out.mutable_grant_licence();
        to.set_gtin(from.gtin);
        to.set_manufacturer(from.manufacturer);
        to.set_quota(from.quota);
        to.set_from_day(from.from);
        to.set_until_day(from.until);
        to.set_facility(from.facility);
    }
    void operator()(const op::RevokeLicence& from) const {
        auto& to = *out.mutable_revoke_licence();
        to.set_gtin(from.gtin);
        to.set_manufacturer(from.manufacturer);
        to.set_reason(from.reason);
    }
    void operator()(const op::Register& from) const {
        auto& to = *out.mutable_register_();
        to.set_gtin(from.gtin);
        to.set_item_keys(joined(from.items));
        to.set_lot(from.lot);
        to.set_expiry_day(from.expiry);
        to.set_made_on_day(from.made_on);
        to.set_facility(from.facility);
        to.set_mode(from.mode == RegisterMode::kPartial ? pb::PARTIAL : pb::ATOMIC);
    }
    void operator()(const op::Ship& from) const {
        auto& to = *out.mutable_ship();
        to.set_item_keys(joined(from.items));
        to.set_to(from.to);
        to.set_document(from.document);
        to.set_container_keys(joined(from.containers));
    }
    void operator()(const op::CancelShipment& from) const { set_units(*out.mutable_cancel_shipment(), from); }
    void operator()(const op::Receive& from) const {
        auto& to = *out.mutable_receive();
        set_units(to, from);
        if (from.counted) to.set_counted(*from.counted);
        to.set_missing_keys(joined(from.missing));
        to.set_surplus_keys(joined(from.surplus));
    }
    void operator()(const op::RejectShipment& from) const {
        set_units(*out.mutable_reject_shipment(), from);
        out.mutable_reject_shipment()->set_reason(from.reason);
    }
    void operator()(const op::Pack& from) const { set_packing(*out.mutable_pack(), from); }
    void operator()(const op::Unpack& from) const { set_packing(*out.mutable_unpack(), from); }
    void operator()(const op::Decommission& from) const {
        auto& to = *out.mutable_decommission();
        to.set_item_keys(joined(from.items));
        to.set_kind(from.into == ItemState::kExported  ? pb::EXPORTED
                    : from.into == ItemState::kSampled ? pb::SAMPLED
                                                       : pb::DESTROYED);
        to.set_reason(from.reason);
    }
    void operator()(const op::CancelSale& from) const {
        out.mutable_cancel_sale()->set_item_keys(joined(from.items));
        out.mutable_cancel_sale()->set_reason(from.reason);
    }
    void operator()(const op::TransferOwnership& from) const {
        out.mutable_transfer_ownership()->set_item_keys(joined(from.items));
        out.mutable_transfer_ownership()->set_to(from.to);
    }
    void operator()(const op::AcceptOwnership& from) const {
        out.mutable_accept_ownership()->set_item_keys(joined(from.items));
    }
    void operator()(const op::RejectOwnership& from) const {
        out.mutable_reject_ownership()->set_item_keys(joined(from.items));
        out.mutable_reject_ownership()->set_reason(from.reason);
    }
    void operator()(const op::CancelOwnershipTransfer& from) const {
        out.mutable_cancel_ownership_transfer()->set_item_keys(joined(from.items));
    }
    void operator()(const op::Sell& from) const {
        out.mutable_sell()->set_item_keys(joined(from.items));
        out.mutable_sell()->set_country(from.country);
        if (!from.seller.is_zero()) set_hash(*out.mutable_sell()->mutable_seller(), from.seller);
    }
    void operator()(const op::Return& from) const {
        out.mutable_return_item()->set_item_keys(joined(from.items));
        out.mutable_return_item()->set_reason(from.reason);
    }
    void operator()(const op::Recall& from) const {
        set_recall(*out.mutable_recall(), from);
        for (const std::string& country : from.countries) out.mutable_recall()->add_countries(country);
    }
    void operator()(const op::LiftRecall& from) const { set_recall(*out.mutable_lift_recall(), from); }
    void operator()(const op::Flag& from) const { set_flag(*out.mutable_flag(), from); }
    void operator()(const op::ClearFlag& from) const { set_flag(*out.mutable_clear_flag(), from); }

    void operator()(const op::Inspect& from) const {
        auto& to = *out.mutable_inspect();
        to.set_item_keys(joined(from.items));
        to.set_finding(static_cast<pb::Finding>(from.finding));
        if (!from.document.is_zero()) set_hash(*to.mutable_document_hash(), from.document);
    }
    void operator()(const op::Correct& from) const {
        auto& to = *out.mutable_correct();
        set_hash(*to.mutable_item_key(), from.item);
        to.set_sequence(from.sequence);
        set_hash(*to.mutable_head_before(), from.head_before);
        Writer events;
        for (const Bytes& event : from.events) events.string(event);
        to.set_events(std::string(as_text(events.bytes())));
        to.set_reason(from.reason);
    }
    void operator()(const op::Report& from) const {
        auto& to = *out.mutable_report();
        to.set_subject(static_cast<pb::ReportSubject>(from.subject.kind));
        if (!from.subject.item.is_zero()) set_hash(*to.mutable_item_key(), from.subject.item);
        to.set_gtin(from.subject.gtin);
        to.set_lot(from.subject.lot);
        to.set_platform(from.subject.platform);
        if (!from.subject.listing.is_zero()) set_hash(*to.mutable_listing_hash(), from.subject.listing);
        to.set_kind(static_cast<pb::ReportKind>(from.kind));
        to.set_text(from.text);
        to.set_evidence_hashes(joined(from.evidence));
        if (!from.seller.is_zero()) set_hash(*to.mutable_seller(), from.seller);
    }
    void operator()(const op::Respond& from) const {
        set_hash(*out.mutable_respond()->mutable_report(), from.report);
        out.mutable_respond()->set_text(from.text);
    }
    void operator()(const op::Resolve& from) const {
        set_hash(*out.mutable_resolve()->mutable_report(), from.report);
        out.mutable_resolve()->set_outcome(static_cast<pb::ReportOutcome>(from.outcome));
        out.mutable_resolve()->set_reason(from.reason);
    }
    void operator()(const op::RegisterSeller& from) const {
        set_hash(*out.mutable_register_seller()->mutable_pseudonym(), from.pseudonym);
        out.mutable_register_seller()->set_country(from.country);
    }
    void operator()(const op::SetSellerStanding& from) const {
        set_hash(*out.mutable_set_seller_standing()->mutable_pseudonym(), from.pseudonym);
        out.mutable_set_seller_standing()->set_standing(static_cast<pb::SellerStanding>(from.standing));
        out.mutable_set_seller_standing()->set_reason(from.reason);
    }
    void operator()(const op::SetTerritories& from) const {
        out.mutable_set_territories()->set_gtin(from.gtin);
        for (const std::string& country : from.countries) out.mutable_set_territories()->add_countries(country);
    }
    void operator()(const op::Propose& from) const {
        auto& to = *out.mutable_propose();
        std::visit([&](const auto& change) { set_change(to, change); }, from.change);
        to.set_reason(from.reason);
    }
    void operator()(const op::VoteOnProposal& from) const {
        out.mutable_vote_on_proposal()->set_proposal(from.proposal);
        out.mutable_vote_on_proposal()->set_approve(from.approve);
        out.mutable_vote_on_proposal()->set_reason(from.reason);
    }
    void operator()(const op::WithdrawProposal& from) const {
        out.mutable_withdraw_proposal()->set_proposal(from.proposal);
    }
    void operator()(const op::AddKey& from) const {
        set_key(*out.mutable_add_key()->mutable_key(), from.key, from.purpose);
        out.mutable_add_key()->set_possession(std::string(as_text(from.possession.view())));
    }
    void operator()(const op::RevokeKey& from) const {
        out.mutable_revoke_key()->set_key(std::string(as_text(from.key.view())));
        out.mutable_revoke_key()->set_reason(from.reason);
    }
    void operator()(const op::ValidatorReady& from) const {
        set_hash(*out.mutable_validator_ready()->mutable_block(), from.block);
    }
    void operator()(const op::RecordDocument& from) const {
        set_hash(*out.mutable_record_document()->mutable_document_hash(), from.document);
        set_units(*out.mutable_record_document(), from);
    }

  private:
    static void set_key(pb::OrganisationKey& to, const crypto::PublicKey& key, KeyPurpose purpose) {
        to.set_key(std::string(as_text(key.view())));
        to.set_purpose(purpose == KeyPurpose::kAdmin ? pb::KEY_ADMIN : pb::KEY_OPERATE);
    }
    static void set_validator(pb::Validator& to, const GenesisValidator& from) {
        to.set_organisation(from.organisation);
        to.set_name(from.name);
        to.set_key(std::string(as_text(from.key.view())));
    }
    static void set_change(pb::Propose& out, const change::Admit& from) {
        auto& to = *out.mutable_admit_organisation();
        to.set_id(from.organisation.id);
        to.set_name(from.organisation.name);
        to.set_roles(from.organisation.roles);
        to.set_gln(from.organisation.gln);
        to.set_country(from.organisation.country);
        to.set_council(from.organisation.council);
        for (const OrganisationKey& key : from.organisation.keys) set_key(*to.add_keys(), key.key, key.purpose);
    }
    static void set_change(pb::Propose& out, const change::Amend& from) {
        auto& to = *out.mutable_amend_organisation();
        to.set_id(from.organisation);
        to.set_name(from.name);
        to.set_roles(from.roles);
        to.set_gln(from.gln);
        to.set_country(from.country);
        to.set_council(static_cast<pb::Seat>(from.council));
        if (from.admin_key) to.set_admin_key(std::string(as_text(from.admin_key->view())));
    }
    static void set_change(pb::Propose& out, const change::Suspend& from) {
        out.mutable_suspend_organisation()->set_id(from.organisation);
    }
    static void set_change(pb::Propose& out, const change::Reinstate& from) {
        out.mutable_reinstate_organisation()->set_id(from.organisation);
    }
    static void set_change(pb::Propose& out, const change::SetParameters& from) {
        auto& to = *out.mutable_set_parameters();
        for (const auto& [name, value] : from.values) {
            auto& one = *to.add_values();
            one.set_name(name);
            one.set_value(value);
        }
    }
    static void set_change(pb::Propose& out, const change::AddValidator& from) {
        set_validator(*out.mutable_add_validator(), from.validator);
    }
    static void set_change(pb::Propose& out, const change::RemoveValidator& from) {
        out.mutable_remove_validator()->set_key(std::string(as_text(from.key.view())));
    }
    static void set_change(pb::Propose& out, const change::ReplaceValidator& from) {
        out.mutable_replace_validator()->set_key(std::string(as_text(from.key.view())));
        set_validator(*out.mutable_replace_validator()->mutable_by(), from.by);
    }
    static void set_hash(std::string& to, const Hash256& from) { to = as_text(from.view()); }
    template <class To, class From>
    static void set_units(To& to, const From& from) {
        to.set_item_keys(joined(from.items));
        to.set_container_keys(joined(from.containers));
    }
    template <class To, class From>
    static void set_packing(To& to, const From& from) {
        to.set_container_key(from.container.bytes.data(), Hash256::kSize);
        set_units(to, from);
    }
    template <class To, class From>
    static void set_recall(To& to, const From& from) {
        to.set_gtin(from.gtin);
        to.set_lot(from.lot);
        to.set_reason(from.reason);
    }
    template <class To, class From>
    static void set_flag(To& to, const From& from) {
        to.set_item_keys(joined(from.items));
        to.set_flag(flag_kind(from.flag));
        to.set_reason(from.reason);
    }
};

}  // namespace

Bytes build_payload(const PayloadHead& head, std::span<const Operation> operations) {
    pb::Payload payload;
    payload.set_chain_id(head.chain_id.bytes.data(), Hash256::kSize);
    payload.set_organisation(head.organisation);
    payload.set_key(head.key.bytes.data(), crypto::PublicKey::kSize);
    payload.set_valid_until(head.valid_until);
    payload.set_nonce(head.nonce.data(), head.nonce.size());
    for (const Operation& operation : operations) std::visit(OperationWriter{*payload.add_operations()}, operation);
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
