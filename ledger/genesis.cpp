// Layouts (base/codec.h), each after u8 version = 1:
//   validators record  u64 epoch ‖ list of {text organisation ‖ text name ‖ key (32)}
//   genesis            text name ‖ u64 time ‖ string parameters ‖ list of string organisation record ‖
//                      string validators record
#include "ledger/genesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "crypto/sha256.h"
#include "ledger/gs1.h"
#include "ledger/index.h"
#include "ledger/record_codecs.h"
#include "ledger/text.h"

namespace touchstone::ledger {
namespace {

constexpr std::size_t kValidatorBytesMin = 4 + 4 + crypto::PublicKey::kSize;

template <class... Arguments>
Error invalid(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    return {"genesis_invalid", fmt::format(format, std::forward<Arguments>(arguments)...)};
}

Status check_organisation(const OrganisationRecord& organisation) {
    if (!is_slug(organisation.id))
        return invalid("an organisation id is 1 to {} of a-z, 0-9 and '-': '{}' is not", limits::kOrgIdBytesMax,
                       organisation.id);
    if (organisation.name.empty() || organisation.name.size() > limits::kNameBytesMax ||
        !is_plain_text(organisation.name))
        return invalid("the name of '{}' is empty, too long or not plain text", organisation.id);
    if (organisation.roles == 0 || (organisation.roles >> kRoleCount) != 0)
        return invalid("'{}' has no role, or one that does not exist", organisation.id);
    if (!organisation.gln.empty() && !is_gln(organisation.gln))
        return invalid("the GLN of '{}' is not 13 digits with a valid check digit", organisation.id);
    if (!organisation.country.empty() && !is_country(organisation.country))
        return invalid("the country of '{}' is not two capital letters", organisation.id);
    if (organisation.keys.size() > limits::kKeysPerOrgMax)
        return invalid("'{}' has more than {} keys", organisation.id, limits::kKeysPerOrgMax);
    return Ok{};
}

Status check_organisations(const std::vector<OrganisationRecord>& organisations) {
    std::set<std::string> ids;
    std::set<crypto::PublicKey> keys;
    for (const OrganisationRecord& organisation : organisations) {
        TRY(check_organisation(organisation));
        if (!ids.insert(organisation.id).second) return invalid("organisation '{}' stands twice", organisation.id);
        for (const OrganisationKey& key : organisation.keys)
            if (!keys.insert(key.key).second)
                return invalid("key {} stands twice, the second time under '{}'", key.key.hex(), organisation.id);
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
        if (validator.name.empty() || validator.name.size() > limits::kNameBytesMax || !is_plain_text(validator.name))
            return invalid("the name of a validator of '{}' is empty, too long or not plain text",
                           validator.organisation);
        const bool known = std::any_of(genesis.organisations.begin(), genesis.organisations.end(),
                                       [&](const auto& known_one) { return known_one.id == validator.organisation; });
        if (!known)
            return invalid("validator '{}' is of '{}', which is not listed", validator.name, validator.organisation);
        if (!keys.insert(validator.key).second) return invalid("validator key {} stands twice", validator.key.hex());
        if (!names.insert(validator.name).second) return invalid("validator name '{}' stands twice", validator.name);
    }
    return Ok{};
}

Status check_parameters(const Parameters& p) {
    const bool positive = p.transaction_bytes_max > 0 && p.operations_max > 0 && p.items_per_register_max > 0 &&
                          p.block_transactions_max > 0 && p.validity_heights_max > 0 && p.leader_timeout_ms > 0 &&
                          p.retry_ms > 0 && p.report_deadline_ms > 0;
    if (!positive) return invalid("a parameter that must be positive is 0");
    if (p.block_bytes_max < p.transaction_bytes_max)
        return invalid("a transaction of transaction_bytes_max fits no block");
    if (p.block_items_max < p.items_per_register_max)
        return invalid("a registration of items_per_register_max fits no block");
    if (p.advance_timeout_ms < p.leader_timeout_ms) return invalid("advance_timeout_ms is below leader_timeout_ms");
    // A block travels and is stored in one frame.
    if (p.block_bytes_max > limits::kFrameBytesMax / 2)
        return invalid("block_bytes_max is above {}", limits::kFrameBytesMax / 2);
    return Ok{};
}

GenesisValidator read_validator(Reader& reader) {
    GenesisValidator validator;
    validator.organisation = reader.string();
    validator.name = reader.string();
    validator.key = read_public_key(reader);
    return validator;
}

}  // namespace

Bytes ValidatorsRecord::encode() const {
    Writer writer;
    writer.u8(kRecordVersion).u64(epoch.value).u32(static_cast<std::uint32_t>(validators.size()));
    for (const GenesisValidator& validator : validators)
        writer.string(validator.organisation).string(validator.name).raw(validator.key.view());
    return std::move(writer).take();
}

Result<ValidatorsRecord> ValidatorsRecord::decode(ByteView bytes) {
    Reader reader(bytes);
    ValidatorsRecord record;
    read_version(reader);
    record.epoch = Epoch(reader.u64());
    const std::size_t count = read_count(reader, kValidatorBytesMin);
    record.validators.reserve(count);
    for (std::size_t i = 0; i < count; ++i) record.validators.push_back(read_validator(reader));
    return finished(reader, std::move(record));
}

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
    if (set.epoch != kGenesisEpoch) reader.fail();
    genesis.validators = std::move(set.validators);
    return finished(reader, std::move(genesis));
}

Hash256 Genesis::chain_id() const { return crypto::tagged_hash("touchstone/genesis/1", {encode()}); }

Status Genesis::check() const {
    if (name.empty() || name.size() > limits::kNameBytesMax || !is_plain_text(name))
        return invalid("the name of the chain is empty, too long or not plain text");
    TRY(check_parameters(parameters));
    TRY(check_organisations(organisations));
    return check_validators(*this);
}

std::vector<std::pair<Hash256, Bytes>> Genesis::records() const {
    std::vector<std::pair<Hash256, Bytes>> records;
    for (const OrganisationRecord& organisation : organisations)
        records.emplace_back(organisation_key(organisation.id), organisation.encode());
    records.emplace_back(parameters_key(), parameters.encode());
    records.emplace_back(validators_key(), ValidatorsRecord{kGenesisEpoch, validators}.encode());
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
