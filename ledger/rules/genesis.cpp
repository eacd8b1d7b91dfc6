// Layouts (base/codec.h), each after u8 version = 1:
//   genesis  text name ‖ u64 time ‖ string parameters ‖ list of string organisation record ‖ string validators record
#include "ledger/rules/genesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "crypto/sha256.h"
#include "ledger/identifiers/names.h"
#include "ledger/records/governance_records.h"
#include "ledger/records/index.h"
#include "ledger/records/name_record.h"
#include "ledger/records/organisation_form.h"
#include "ledger/records/prefixes.h"
#include "ledger/records/record_codecs.h"
#include "ledger/identifiers/text.h"

namespace touchstone::ledger {
namespace {

template <class... Arguments>
Error invalid(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    return {"genesis_invalid", fmt::format(format, std::forward<Arguments>(arguments)...)};
}

CouncilRecord council_of(const std::vector<OrganisationRecord>& organisations) {
    CouncilRecord council;
    for (const OrganisationRecord& organisation : organisations)
        if (organisation.council) council.members.push_back(organisation.id);
    std::sort(council.members.begin(), council.members.end());
    return council;
}

PrefixesRecord prefixes_of(const std::vector<OrganisationRecord>& organisations) {
    PrefixesRecord prefixes;
    for (const OrganisationRecord& organisation : organisations)
        prefixes.assign(organisation.id, organisation.prefixes);
    return prefixes;
}

Status check_organisations(const std::vector<OrganisationRecord>& organisations) {
    std::set<std::string> ids, names;
    std::set<crypto::PublicKey> keys;
    PrefixesRecord prefixes;
    for (const OrganisationRecord& organisation : organisations) {
        if (const auto fault = fault_of(organisation)) return invalid("{}", *fault);
        if (!ids.insert(organisation.id).second) return invalid("organisation '{}' is listed twice", organisation.id);
        if (!names.insert(name_identity(organisation.name)).second)
            return invalid("'{}' has a name that another organisation has, '{}'", organisation.id, organisation.name);
        for (const OrganisationKey& key : organisation.keys)
            if (!crypto::is_valid_point(key.key)) return invalid("{} of '{}' is no public key", key.key.hex(), organisation.id);
        for (const OrganisationKey& key : organisation.keys)
            if (!keys.insert(key.key).second)
                return invalid("key {} is listed twice, the second time under '{}'", key.key.hex(), organisation.id);
        for (const std::string& prefix : organisation.prefixes)
            if (const auto* const other = prefixes.overlapping(prefix))
                return invalid("prefix {} of '{}' overlaps {} of '{}'", prefix, organisation.id, other->prefix,
                               other->organisation);
        prefixes.assign(organisation.id, organisation.prefixes);
    }
    return Ok{};
}

Status check_validators(const Genesis& genesis) {
    if (genesis.validators.empty()) return invalid("there are no validators");
    if (genesis.validators.size() > limits::kValidatorsMax)
        return invalid("there are more than {} validators", limits::kValidatorsMax);
    std::set<crypto::PublicKey> keys;
    std::set<std::string> names;
    for (const GenesisValidator& validator : genesis.validators) {
        if (const auto fault = fault_of(validator)) return invalid("{}", *fault);
        const bool known = std::any_of(genesis.organisations.begin(), genesis.organisations.end(),
                                       [&](const auto& known_one) { return known_one.id == validator.organisation; });
        if (!known)
            return invalid("validator '{}' is of '{}', which is not listed", validator.name, validator.organisation);
        if (!crypto::is_valid_point(validator.key))
            return invalid("{} of validator '{}' is no public key", validator.key.hex(), validator.name);
        if (!keys.insert(validator.key).second) return invalid("validator key {} is listed twice", validator.key.hex());
        if (!names.insert(validator.name).second) return invalid("validator name '{}' is listed twice", validator.name);
    }
    return Ok{};
}

}  // namespace

Bytes Genesis::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).string(name).u64(time.ms).string(parameters.encode());
    writer.u32(static_cast<std::uint32_t>(organisations.size()));
    for (const OrganisationRecord& organisation : organisations) writer.string(organisation.encode());
    writer.string(ValidatorsRecord{kGenesisEpoch, validators}.encode());
    return std::move(writer).take();
}

Result<Genesis> Genesis::decode(ByteView bytes) {
    Reader reader(bytes);
    Genesis genesis;
    read_version(reader);
    genesis.name = reader.string();
    genesis.time = WallTime{reader.u64()};
    TRY_ASSIGN(genesis.parameters, Parameters::decode(reader.bytes()));
    const std::size_t count = read_count(reader, 4);
    genesis.organisations.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        TRY_ASSIGN(OrganisationRecord organisation, OrganisationRecord::decode(reader.bytes()));
        genesis.organisations.push_back(std::move(organisation));
    }
    TRY_ASSIGN(ValidatorsRecord set, ValidatorsRecord::decode(reader.bytes()));
    if (set.epoch != kGenesisEpoch || set.since != Height(0) || !set.pending.empty()) reader.fail();
    genesis.validators = std::move(set.validators);
    return finished(reader, std::move(genesis));
}

Hash256 Genesis::chain_id() const { return crypto::tagged_hash("touchstone/genesis/1", {encode()}); }

Status Genesis::check() const {
    if (name.empty() || name.size() > limits::kNameBytesMax || !is_plain_text(name))
        return invalid("the name of the chain is empty, too long or not plain text");
    if (const auto fault = fault_of(parameters)) return invalid("{}", *fault);
    TRY(check_organisations(organisations));
    return check_validators(*this);
}

std::vector<std::pair<Hash256, Bytes>> Genesis::records() const {
    std::vector<std::pair<Hash256, Bytes>> records;
    for (const OrganisationRecord& organisation : organisations) {
        records.emplace_back(organisation_key(organisation.id), organisation.encode());
        records.emplace_back(organisation_name_key(name_identity(organisation.name)),
                             OrganisationNameRecord{organisation.id}.encode());
    }
    records.emplace_back(parameters_key(), parameters.encode());
    records.emplace_back(validators_key(), ValidatorsRecord{kGenesisEpoch, validators}.encode());
    records.emplace_back(council_key(), council_of(organisations).encode());
    records.emplace_back(prefixes_key(), prefixes_of(organisations).encode());
    std::sort(records.begin(), records.end());
    return records;
}

std::vector<std::pair<Bytes, Bytes>> Genesis::side() const {
    std::vector<std::pair<Bytes, Bytes>> entries;
    for (const OrganisationRecord& organisation : organisations)
        entries.emplace_back(organisation_index_key(organisation.id), Bytes{});
    std::sort(entries.begin(), entries.end());
    return entries;
}

}  // namespace touchstone::ledger
