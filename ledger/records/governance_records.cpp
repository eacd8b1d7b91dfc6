// Layouts (base/codec.h), each after u8 kind ‖ u8 version = 1:
//   proposal  u64 number ‖ text proposer ‖ string change ‖ text reason ‖ u64 opened at ‖ u64 deadline ‖ u8 state ‖
//             u64 decided ‖ list of {text organisation ‖ bool approve ‖ text reason ‖ u64 height} ‖ u64 due ‖
//             text veto reason
//   council   list of text member ‖ u64 proposals ‖ list of u64 open
// A change: u8 kind (its place in the variant, from 1) ‖ its fields in order, an organisation as its record, a
// validator as text organisation ‖ text name ‖ key (32), parameters as a list of {text name ‖ u64 value}, new keys as a
// list of {key (32) ‖ u8 purpose}.
#include "ledger/records/governance_records.h"

#include <algorithm>
#include <array>

#include "base/overloaded.h"
#include "ledger/records/record_codecs.h"

namespace touchstone::ledger {
namespace {

constexpr std::array<std::string_view, 7> kStateNames{"open",    "passed",  "rejected", "withdrawn",
                                                      "expired", "waiting", "vetoed"};
constexpr std::size_t kVoteBytesMin = 4 + 1 + 4 + 8;

void write_amend(Writer& writer, const change::Amend& amend) {
    writer.string(amend.organisation).string(amend.name).u16(amend.roles).string(amend.gln).string(amend.country);
    writer.u8(static_cast<std::uint8_t>(amend.council)).u8(amend.admin_key ? 1 : 0);
    if (amend.admin_key) writer.raw(amend.admin_key->view());
}

change::Amend read_amend(Reader& reader) {
    change::Amend amend;
    amend.organisation = reader.string();
    amend.name = reader.string();
    amend.roles = reader.u16();
    amend.gln = reader.string();
    amend.country = reader.string();
    const std::uint8_t seat = reader.u8();
    if (seat > static_cast<std::uint8_t>(change::Seat::kTaken)) reader.fail();
    amend.council = static_cast<change::Seat>(seat);
    if (read_bool(reader)) amend.admin_key = read_public_key(reader);
    return amend;
}

change::SetParameters read_parameters(Reader& reader) {
    change::SetParameters set;
    const std::size_t count = read_count(reader, 4 + 8);
    for (std::size_t i = 0; i < count; ++i) {
        std::string name = reader.string();
        set.values.push_back({std::move(name), reader.u64()});
    }
    return set;
}

void write_keys(Writer& writer, const change::ReplaceKeys& replace) {
    writer.string(replace.organisation).u32(static_cast<std::uint32_t>(replace.keys.size()));
    for (const OrganisationKey& key : replace.keys)
        writer.raw(key.key.view()).u8(static_cast<std::uint8_t>(key.purpose));
}

change::ReplaceKeys read_keys(Reader& reader) {
    change::ReplaceKeys replace;
    replace.organisation = reader.string();
    replace.keys.resize(read_count(reader, crypto::PublicKey::kSize + 1));
    for (OrganisationKey& key : replace.keys) {
        key.key = read_public_key(reader);
        key.purpose = read_enum<KeyPurpose>(reader);
    }
    return replace;
}

ProposalVote read_vote(Reader& reader) {
    ProposalVote vote;
    vote.organisation = reader.string();
    vote.approve = read_bool(reader);
    vote.reason = reader.string();
    vote.height = Height(reader.u64());
    return vote;
}

Result<Change> read_change(Reader& reader) {
    switch (reader.u8()) {
        case 1: {
            TRY_ASSIGN(OrganisationRecord organisation, OrganisationRecord::decode(reader.bytes()));
            return Change(change::Admit{std::move(organisation)});
        }
        case 2:
            return Change(read_amend(reader));
        case 3:
            return Change(change::Suspend{reader.string()});
        case 4:
            return Change(change::Reinstate{reader.string()});
        case 5:
            return Change(read_parameters(reader));
        case 6:
            return Change(change::AddValidator{read_validator(reader)});
        case 7:
            return Change(change::RemoveValidator{read_public_key(reader)});
        case 8: {
            const crypto::PublicKey key = read_public_key(reader);
            return Change(change::ReplaceValidator{key, read_validator(reader)});
        }
        case 9:
            return Change(read_keys(reader));
        case 10: {
            std::string organisation = reader.string();
            return Change(change::SetPrefixes{std::move(organisation), read_texts(reader)});
        }
        case 11: {
            std::string gtin = reader.string();
            return Change(change::ReassignProduct{std::move(gtin), reader.string()});
        }
        default:
            return Error{"record_malformed", "the change is of no known kind"};
    }
}

}  // namespace

std::string_view name_of(const Change& change) {
    return std::visit([](const auto& one) { return std::remove_cvref_t<decltype(one)>::kName; }, change);
}

Bytes encode_change(const Change& change) {
    Writer writer;
    writer.u8(static_cast<std::uint8_t>(change.index() + 1));
    std::visit(Overloaded{
                   [&](const change::Admit& one) { writer.string(one.organisation.encode()); },
                   [&](const change::Amend& one) { write_amend(writer, one); },
                   [&](const change::Suspend& one) { writer.string(one.organisation); },
                   [&](const change::Reinstate& one) { writer.string(one.organisation); },
                   [&](const change::SetParameters& one) {
                       writer.u32(static_cast<std::uint32_t>(one.values.size()));
                       for (const auto& [name, value] : one.values) writer.string(name).u64(value);
                   },
                   [&](const change::AddValidator& one) { write_validator(writer, one.validator); },
                   [&](const change::RemoveValidator& one) { writer.raw(one.key.view()); },
                   [&](const change::ReplaceValidator& one) {
                       writer.raw(one.key.view());
                       write_validator(writer, one.by);
                   },
                   [&](const change::ReplaceKeys& one) { write_keys(writer, one); },
                   [&](const change::SetPrefixes& one) {
                       writer.string(one.organisation);
                       write_texts(writer, one.prefixes);
                   },
                   [&](const change::ReassignProduct& one) { writer.string(one.gtin).string(one.to); },
               },
               change);
    return std::move(writer).take();
}

Result<Change> decode_change(ByteView bytes) {
    Reader reader(bytes);
    TRY_ASSIGN(Change change, read_change(reader));
    return finished(reader, std::move(change));
}

std::string_view name_of(ProposalState state) { return kStateNames.at(static_cast<std::size_t>(state) - 1); }

std::optional<ProposalState> proposal_state_from(std::string_view name) {
    const auto at = std::find(kStateNames.begin(), kStateNames.end(), name);
    if (at == kStateNames.end()) return std::nullopt;
    return static_cast<ProposalState>(at - kStateNames.begin() + 1);
}

Bytes ProposalRecord::encode() const {
    Writer writer = begin_record(RecordKind::kProposal);
    writer.u64(number).string(proposer).string(change).string(reason);
    writer.u64(opened_at.ms).u64(deadline.ms).u8(static_cast<std::uint8_t>(state)).u64(decided.value);
    writer.u32(static_cast<std::uint32_t>(votes.size()));
    for (const ProposalVote& vote : votes)
        writer.string(vote.organisation).u8(vote.approve ? 1 : 0).string(vote.reason).u64(vote.height.value);
    writer.u64(due.ms).string(veto_reason);
    return std::move(writer).take();
}

Result<ProposalRecord> ProposalRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ProposalRecord record;
    read_kind(reader, RecordKind::kProposal);
    record.number = reader.u64();
    record.proposer = reader.string();
    record.change = to_bytes(reader.bytes());
    record.reason = reader.string();
    record.opened_at = WallTime{reader.u64()};
    record.deadline = WallTime{reader.u64()};
    const std::uint8_t state = reader.u8();
    if (state < 1 || state > kStateNames.size()) reader.fail();
    record.state = static_cast<ProposalState>(state);
    record.decided = Height(reader.u64());
    const std::size_t count = read_count(reader, kVoteBytesMin);
    record.votes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.votes.push_back(read_vote(reader));
    record.due = WallTime{reader.u64()};
    record.veto_reason = reader.string();
    return finished(reader, std::move(record));
}

Bytes CouncilRecord::encode() const {
    Writer writer = begin_record(RecordKind::kCouncil);
    writer.u32(static_cast<std::uint32_t>(members.size()));
    for (const std::string& member : members) writer.string(member);
    writer.u64(proposals).u32(static_cast<std::uint32_t>(open.size()));
    for (const std::uint64_t number : open) writer.u64(number);
    return std::move(writer).take();
}

Result<CouncilRecord> CouncilRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    CouncilRecord record;
    read_kind(reader, RecordKind::kCouncil);
    const std::size_t count = read_count(reader, 4);
    for (std::size_t i = 0; i < count; ++i) record.members.push_back(reader.string());
    record.proposals = reader.u64();
    const std::size_t open = read_count(reader, 8);
    for (std::size_t i = 0; i < open; ++i) record.open.push_back(reader.u64());
    return finished(reader, std::move(record));
}



Bytes proposal_index_prefix(std::optional<ProposalState> state) {
    Writer writer;
    writer.u8('i').u8('g');
    if (state) writer.u8(static_cast<std::uint8_t>(*state));
    return std::move(writer).take();
}

Bytes proposal_index_key(ProposalState state, std::uint64_t number) {
    Bytes key = proposal_index_prefix(state);
    append(key, std::move(Writer{}.u64(number)).take());
    return key;
}

std::optional<std::uint64_t> parse_proposal_index(ByteView key) {
    if (key.size() != 2 + 1 + 8 || key[0] != 'i' || key[1] != 'g') return std::nullopt;
    Reader reader(key.last(8));
    return reader.u64();
}

}  // namespace touchstone::ledger
