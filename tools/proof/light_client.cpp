#include "tools/proof/light_client.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "crypto/state_root.h"
#include "ledger/identifiers/text.h"
#include "ledger/records/validator_records.h"
#include "tools/client/terminal.h"

namespace touchstone::tools {

using nlohmann::json;

namespace {

// The last day that a record can name: no clock is ahead of it.
constexpr WallTime kLatest{std::uint64_t{UINT32_MAX} * 24 * 60 * 60 * 1000};

Error unproven(std::string_view why) { return {"unproven", std::string(why)}; }

Result<Bytes> bytes_at(const json& object, const char* name) {
    const auto at = object.find(name);
    if (at == object.end() || !at->is_string())
        return unproven(fmt::format("the answer has no '{}', and proves nothing without it", name));
    auto bytes = from_base64(at->get_ref<const std::string&>());
    if (!bytes) return unproven(fmt::format("'{}' is not base64", name));
    return *std::move(bytes);
}

// What the node calls an element of the proof, for a message.
std::string kind_of(const json& element) {
    const auto at = element.find("kind");
    return at != element.end() && at->is_string() ? one_line(at->get_ref<const std::string&>()) : "a record";
}

// The records of an answer's proof, each checked against one state root. What was not proven can not be read.
class ProvenRecords {
  public:
    static Result<ProvenRecords> check(const json& elements, const Hash256& root) {
        if (!elements.is_array()) return unproven("the answer carries no proof");
        ProvenRecords made;
        for (const json& element : elements) TRY(made.add(element, root));
        return made;
    }

    // nullopt inside: proven to be absent. Error: the answer says nothing about this key.
    Result<std::optional<Bytes>> get(const Hash256& key, std::string_view what) const {
        const auto at = records_.find(key);
        if (at == records_.end())
            return unproven(fmt::format("the {} is neither proven to be there nor to be absent", what));
        return at->second;
    }

  private:
    Status add(const json& element, const Hash256& root) {
        if (!element.is_object()) return unproven("an element of the proof is no object");
        const auto key_text = element.find("key");
        const auto key = key_text != element.end() && key_text->is_string()
                             ? Hash256::from_hex(key_text->get_ref<const std::string&>())
                             : std::nullopt;
        if (!key) return unproven("an element of the proof names no key");
        std::optional<Bytes> record;
        if (const auto at = element.find("record"); at != element.end() && !at->is_null()) {
            TRY_ASSIGN(record, bytes_at(element, "record"));
        }
        TRY_ASSIGN(const Bytes path, bytes_at(element, "path"));
        const auto proof = crypto::StateProof::decode(path);
        if (!proof.ok()) return unproven("a path of the proof is malformed");
        std::optional<ByteView> view;
        if (record) view = ByteView(*record);
        if (!crypto::verify_state_proof(root, *key, view, *proof))
            return unproven(fmt::format("the proof of {} does not lead to the state root that the validators signed",
                                        kind_of(element)));
        records_.insert_or_assign(*key, std::move(record));
        return Ok{};
    }
    std::map<Hash256, std::optional<Bytes>> records_;
};

template <class Record>
Result<std::optional<Record>> read(const ProvenRecords& records, const ledger::StateKey& key, std::string_view what) {
    TRY_ASSIGN(const std::optional<Bytes> bytes, records.get(key, what));
    if (!bytes) return std::optional<Record>{};
    auto record = Record::decode(*bytes);
    if (!record.ok()) return unproven(fmt::format("the proven {} is of a form that this program does not know", what));
    return std::optional<Record>(*std::move(record));
}

Status read_containers(const ProvenRecords& records, ProvenItem& proven) {
    for (ledger::StateKey at = proven.item->container; !at.is_zero(); at = proven.containers.back().record.container) {
        TRY_ASSIGN(auto container, read<ledger::ContainerRecord>(records, at, "container"));
        if (!container || proven.containers.size() == limits::kContainerLevelsMax)
            return unproven("the item is proven to be in a container that is proven not to be there");
        proven.containers.push_back({at, *std::move(container)});
    }
    return Ok{};
}

Result<rpc::VerdictContext> context_of(const ItemQuery& query, WallTime block_time) {
    rpc::VerdictContext context;
    context.block_time = block_time;
    context.now = query.now;
    context.purpose = query.purpose;
    if (query.lot) context.lot = *query.lot;
    if (query.expiry) {
        context.expiry = rpc::parse_expiry(*query.expiry, context.block_time);
        if (!context.expiry) return Error{"bad_date", fmt::format("'{}' is no date; write YYYY-MM-DD", *query.expiry)};
    }
    if (query.country) {
        if (!ledger::is_country(*query.country))
            return Error{"bad_country", fmt::format("'{}' is no country of ISO 3166-1 alpha-2", *query.country)};
        context.country = *query.country;
    }
    if (query.seller && !rpc::set_seller(context, *query.seller))
        return Error{"bad_seller", fmt::format("'{}' is neither an organisation's id nor a shop's pseudonym", *query.seller)};
    return context;
}

Result<std::optional<ledger::OrganisationRecord>> read_organisation(const ProvenRecords& records, const std::string& id,
                                                                    std::string_view what) {
    return read<ledger::OrganisationRecord>(records, ledger::organisation_key(id), what);
}

const ledger::ContainerRecord* outer_of(const ProvenItem& proven) {
    return proven.containers.empty() ? nullptr : &proven.containers.back().record;
}

// Everything that the verdict rests on, by keys that are computed here.
Status read_records(const ProvenRecords& records, const ItemQuery& query, const rpc::VerdictContext& context,
                    ProvenItem& proven) {
    const std::string& gtin = query.name.gtin;
    TRY_ASSIGN(proven.item, read<ledger::ItemRecord>(records, query.name.key(), "item"));
    if (proven.item && gtin != proven.item->gtin)
        return unproven("the proven item is of another product than the one that was asked for");
    TRY_ASSIGN(proven.product, read<ledger::ProductRecord>(records, ledger::product_key(gtin), "product"));
    if (!proven.item) return Ok{};
    TRY_ASSIGN(proven.maker, read_organisation(records, proven.item->maker, "maker"));
    if (proven.product) {
        TRY_ASSIGN(proven.brand, read_organisation(records, proven.product->brand, "brand"));
    }
    TRY(read_containers(records, proven));
    TRY_ASSIGN(proven.holder, read_organisation(records, rpc::holder_of(*proven.item, outer_of(proven)), "holder"));
    if (const auto shop = rpc::shop_of(&*proven.item, context)) {
        TRY_ASSIGN(proven.shop, read<ledger::SellerRecord>(records, ledger::seller_key(*shop), "shop"));
    }
    return Ok{};
}

template <class Record>
const Record* pointer(const std::optional<Record>& record) {
    return record ? &*record : nullptr;
}

rpc::Verdict judge_proven(const ProvenItem& proven, const rpc::VerdictContext& context) {
    rpc::VerdictRecords records;
    records.item = pointer(proven.item);
    records.product = pointer(proven.product);
    records.maker = pointer(proven.maker);
    records.product_read = true;
    records.outer = outer_of(proven);
    records.brand = pointer(proven.brand);
    records.holder = pointer(proven.holder);
    records.shop = pointer(proven.shop);
    return rpc::judge(records, context);
}

// The node says the same, or one of the two is wrong, and nobody may rely on either. Only the clocks may differ: what has
// expired for one need not have for the other.
Status check_said(const json& answer, const ProvenItem& proven, rpc::VerdictContext context) {
    const auto said = answer.find("verdict");
    if (said == answer.end() || !said->is_string()) return Ok{};
    const auto is_said = [&](const rpc::Verdict& verdict) { return *said == std::string(rpc::name_of(verdict.kind)); };
    if (is_said(proven.verdict)) return Ok{};
    context.now = WallTime{};
    if (is_said(judge_proven(proven, context))) return Ok{};
    context.now = kLatest;
    if (is_said(judge_proven(proven, context))) return Ok{};
    return unproven(fmt::format("the node says '{}', its own proof says '{}'", one_line(said->get_ref<const std::string&>()),
                                rpc::name_of(proven.verdict.kind)));
}

}  // namespace

Result<SignedHeader> check_header(const Trust& trust, ByteView header_bytes, ByteView certificate_bytes) {
    const auto header = ledger::Header::decode(header_bytes);
    if (!header.ok()) return unproven("the header is malformed");
    if (header->chain_id != trust.chain_id)
        return unproven(fmt::format("the node serves the chain {}, the genesis you trust is of {}",
                                    header->chain_id.hex().substr(0, 16), trust.chain_id.hex().substr(0, 16)));
    if (header->height == Height(0) && certificate_bytes.empty()) {
        if (header->epoch != Epoch(0) || header->state_root != trust.genesis_root)
            return unproven("the state before the first block is not the genesis");
        return SignedHeader{*header, {}};
    }
    if (header->epoch.value >= trust.epochs.size())
        return unproven(
            fmt::format("the block is of epoch {}, and only {} sets of validators are known to follow from "
                        "the genesis: they changed just now, ask again",
                        header->epoch.value, trust.epochs.size()));
    const consensus::ValidatorSet& validators = trust.epochs[header->epoch.value].validators;
    const auto certificate = consensus::Certificate::decode(certificate_bytes);
    if (!certificate.ok()) return unproven("the certificate is malformed");
    const consensus::Subject& subject = certificate->subject;
    if (subject.kind != consensus::VoteKind::kFinalize) return unproven("the certificate is no finalization");
    // The last block of an epoch may have been proposed again in a later view (consensus/SPEC.md, R21).
    const bool closing = header->validators_hash != validators.hash();
    if (subject.epoch != header->epoch || subject.digest != header->hash() || subject.view < header->view ||
        (subject.view > header->view && !closing))
        return unproven("the certificate is about another block");
    if (const Status status = consensus::verify_certificate(trust.chain_id, validators, *certificate); !status.ok())
        return unproven(fmt::format("the validators' signatures do not hold: {}", status.error().message));
    SignedHeader made{*header, {}};
    for (const ValidatorIndex signer : certificate->signers) made.signers.push_back(signer.value);
    return made;
}

namespace {

using KnownNames = std::map<crypto::PublicKey, std::string>;

// What validators are called, of those that have been believed so far and of those that the closing block's state has.
Result<KnownNames> names_after(const Trust& trust, const SignedHeader& closing, const json& told) {
    KnownNames names;
    for (const TrustedSet& set : trust.epochs)
        for (std::size_t i = 0; i < set.names.size(); ++i)
            if (!set.names[i].empty()) names[set.validators.keys()[i]] = set.names[i];
    const auto proof = told.find("proof");
    if (proof == told.end() || proof->is_null()) return names;
    TRY_ASSIGN(const ProvenRecords records, ProvenRecords::check(*proof, closing.header.state_root));
    TRY_ASSIGN(const auto record, read<ledger::ValidatorsRecord>(records, ledger::validators_key(), "set of validators"));
    if (!record) return unproven("the set of validators is proven not to be there");
    for (const ledger::GenesisValidator& one : record->validators) names[one.key] = one.name;
    return names;
}

}  // namespace

Status follow_epoch(Trust& trust, const json& told) {
    if (!told.is_object()) return unproven("an epoch is no object");
    TRY_ASSIGN(const Bytes header, bytes_at(told, "header"));
    TRY_ASSIGN(const Bytes certificate, bytes_at(told, "certificate"));
    TRY_ASSIGN(const SignedHeader closing, check_header(trust, header, certificate));
    const Epoch next(trust.epochs.size());
    if (closing.header.epoch.value + 1 != next.value)
        return unproven(
            fmt::format("a block of epoch {} can not begin epoch {}", closing.header.epoch.value, next.value));
    const auto validators = told.find("validators");
    if (validators == told.end() || !validators->is_array() || validators->empty() ||
        validators->size() > limits::kValidatorsMax)
        return unproven("an epoch names no validators, or too many");
    TRY_ASSIGN(const KnownNames known, names_after(trust, closing, told));
    std::vector<crypto::PublicKey> keys;
    std::vector<std::string> names;
    for (const json& one : *validators) {
        const auto text = one.is_object() ? one.find("key") : one.end();
        const auto key = text != one.end() && text->is_string()
                             ? crypto::PublicKey::from_hex(text->get_ref<const std::string&>())
                             : std::nullopt;
        if (!key || std::find(keys.begin(), keys.end(), *key) != keys.end())
            return unproven("an epoch names a validator without a key, or twice");
        keys.push_back(*key);
        const auto name = known.find(*key);
        names.push_back(name == known.end() ? std::string() : name->second);
    }
    TrustedSet set{consensus::ValidatorSet(std::move(keys), next), std::move(names)};
    if (set.validators.hash() != closing.header.validators_hash)
        return unproven(
            fmt::format("the validators of epoch {} are not those that the validators before them named", next.value));
    trust.epochs.push_back(std::move(set));
    return Ok{};
}

namespace {

// The state before the first block, which everybody has: a node that hides all blocks can answer everything from it.
Status check_signed(const SignedHeader& signed_header) {
    if (!signed_header.is_genesis()) return Ok{};
    return unproven(
        "the node answers from the state before the first block, which no validator has signed: nothing that happened "
        "since is in it. On a chain that has just begun, ask again after its first block");
}

struct ProvenAnswer {
    SignedHeader signed_header;
    ProvenRecords records;
};

Result<ProvenAnswer> check_answer(const Trust& trust, const json& answer) {
    if (!answer.is_object()) return unproven("the answer is no object");
    TRY_ASSIGN(const Bytes header, bytes_at(answer, "header"));
    TRY_ASSIGN(const Bytes certificate, bytes_at(answer, "certificate"));
    TRY_ASSIGN(SignedHeader signed_header, check_header(trust, header, certificate));
    const auto elements = answer.find("proof");
    TRY_ASSIGN(ProvenRecords records,
               ProvenRecords::check(elements != answer.end() ? *elements : json(), signed_header.header.state_root));
    return ProvenAnswer{std::move(signed_header), std::move(records)};
}

}  // namespace

Result<ProvenRecord> check_record_answer(const Trust& trust, const ledger::StateKey& key, const json& answer) {
    TRY_ASSIGN(ProvenAnswer checked, check_answer(trust, answer));
    TRY_ASSIGN(std::optional<Bytes> record, checked.records.get(key, "record"));
    if (!record) TRY(check_signed(checked.signed_header));
    return ProvenRecord{std::move(checked.signed_header), std::move(record)};
}

Result<ProvenItem> check_item_answer(const Trust& trust, const ItemQuery& query, const json& answer) {
    TRY_ASSIGN(ProvenAnswer checked, check_answer(trust, answer));
    ProvenItem proven;
    proven.signed_header = std::move(checked.signed_header);
    TRY(check_signed(proven.signed_header));
    TRY_ASSIGN(const rpc::VerdictContext context, context_of(query, proven.signed_header.header.time));
    TRY(read_records(checked.records, query, context, proven));
    proven.verdict = judge_proven(proven, context);
    TRY(check_said(answer, proven, context));
    return proven;
}

Result<ProvenContainer> check_container_answer(const Trust& trust, const ledger::StateKey& key, const json& answer) {
    if (!answer.is_object()) return unproven("the answer is no object");
    TRY_ASSIGN(const Bytes header, bytes_at(answer, "header"));
    TRY_ASSIGN(const Bytes certificate, bytes_at(answer, "certificate"));
    ProvenContainer proven;
    TRY_ASSIGN(proven.signed_header, check_header(trust, header, certificate));
    TRY(check_signed(proven.signed_header));
    const auto elements = answer.find("proof");
    TRY_ASSIGN(const ProvenRecords records, ProvenRecords::check(elements != answer.end() ? *elements : json(),
                                                                 proven.signed_header.header.state_root));
    TRY_ASSIGN(proven.container, read<ledger::ContainerRecord>(records, key, "container"));
    return proven;
}

Result<std::vector<ledger::Event>> check_history(const ledger::StateKey& subject, std::uint32_t count, const Hash256& head,
                                                 const std::vector<Bytes>& events) {
    if (events.size() != count)
        return unproven(fmt::format("the history is not complete: {} events of {}", events.size(), count));
    std::vector<ledger::Event> made;
    Hash256 at{};
    for (const Bytes& bytes : events) {
        const auto event = ledger::Event::decode(bytes);
        if (!event.ok()) return unproven(fmt::format("event {} is malformed", made.size()));
        if (event->sequence != made.size())
            return unproven(fmt::format("event {} stands where event {} belongs", event->sequence, made.size()));
        at = ledger::next_event_head(at, subject, bytes);
        made.push_back(*event);
    }
    if (at != head)
        return unproven("the events do not hash to the head that is proven: one was changed, left out or added");
    return made;
}

}  // namespace touchstone::tools
