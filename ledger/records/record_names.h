// The names of the records' enumerations, one table each. Included by records.h.
#pragma once

#include "base/enum_names.h"

namespace touchstone {

template <>
inline constexpr auto kEnumNames<ledger::Role> = enum_names<ledger::Role>({{ledger::Role::kBrand, "brand"},
                                                                            {ledger::Role::kManufacturer, "manufacturer"},
                                                                            {ledger::Role::kLogistics, "logistics"},
                                                                            {ledger::Role::kRetailer, "retailer"},
                                                                            {ledger::Role::kPlatform, "platform"},
                                                                            {ledger::Role::kRegulator, "regulator"},
                                                                            {ledger::Role::kAuditor, "auditor"}});

template <>
inline constexpr auto kEnumNames<ledger::KeyPurpose> =
    enum_names<ledger::KeyPurpose>({{ledger::KeyPurpose::kAdmin, "admin"},
                                    {ledger::KeyPurpose::kOperate, "operate"},
                                    {ledger::KeyPurpose::kValidate, "validate"}});

template <>
inline constexpr auto kEnumNames<ledger::SerialPolicy> = enum_names<ledger::SerialPolicy>(
    {{ledger::SerialPolicy::kWarn, "warn"}, {ledger::SerialPolicy::kRefuse, "refuse"}});

template <>
inline constexpr auto kEnumNames<ledger::ItemState> =
    enum_names<ledger::ItemState>({{ledger::ItemState::kActive, "active"},
                                   {ledger::ItemState::kInTransit, "in_transit"},
                                   {ledger::ItemState::kSold, "sold"},
                                   {ledger::ItemState::kPacked, "packed"},
                                   {ledger::ItemState::kExported, "exported"},
                                   {ledger::ItemState::kSampled, "sampled"},
                                   {ledger::ItemState::kDestroyed, "destroyed"},
                                   {ledger::ItemState::kLost, "lost"},
                                   {ledger::ItemState::kVoided, "voided"}});

template <>
inline constexpr auto kEnumNames<ledger::ItemFlag> =
    enum_names<ledger::ItemFlag>({{ledger::ItemFlag::kStolen, "stolen"},
                                  {ledger::ItemFlag::kSuspect, "suspect"},
                                  {ledger::ItemFlag::kQuarantined, "quarantined"},
                                  {ledger::ItemFlag::kRecalled, "recalled"},
                                  {ledger::ItemFlag::kMissing, "missing"},
                                  {ledger::ItemFlag::kNonconform, "nonconform"},
                                  {ledger::ItemFlag::kCounterfeit, "counterfeit"}});

}  // namespace touchstone
