// One description of an operation, from which everything else follows: how it is read from the wire and written to it,
// what clients and logs show of it, whom it concerns, which command sends it and how docs list it.
//
// An operation is a struct with `static constexpr OperationInfo kInfo` and
//
//   template <class Self, class Visit> static void fields(Self& self, Visit&& visit) {
//       visit(field::Gtin{"gtin", "The product's GTIN"}, self.gtin);
//       …
//   }
//
// where each call names one field of its message in transaction.proto, and the field's type says what it must be in
// form. An operation whose fields depend on each other has `std::optional<Rejection> fault() const` beside.
// Constants only; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ledger/records/records.h"
#include "ledger/schema/refusal.h"
#include "ledger/schema/units.h"

namespace touchstone::ledger {

// What an operation must name.
enum class Naming : std::uint8_t { kNothing, kItems, kItemsOrContainers };

// How a client that sends an operation once more sees that it was done before.
enum class Repeat : std::uint8_t {
    kNever,     // doing it again is another deed
    kRefusal,   // one of `done_refusals` says so by itself
    kCompared,  // one of `done_refusals`, and is_done(facts of the unit, actor)
};

// As few refusals say it; kNone fills up.
using DoneRefusals = std::array<Refusal, 3>;

struct OperationInfo {
    std::string_view name;     // the member of pb::Operation, and how answers name the operation
    std::string_view command;  // of the command line
    std::optional<EventKind> event;  // that its subjects get; nullopt: what it does shows in other records
    Naming naming;
    std::string_view done;     // "shipped"
    std::string_view summary;  // for people: what it does
    std::string_view who;      // may do it
    std::string_view example;  // the arguments of the command
    Repeat repeat;
    DoneRefusals done_refusals;
};

// What a client knows of an item or a container when it compares.
struct UnitFacts {
    ItemState state = ItemState::kActive;
    std::string custodian, receiver, owner, offered_to;
    std::string container;  // key, hexadecimal; empty: in none
};

namespace field {

// Whether a command line insists on a field that the ledger itself can do without.
enum class Asked : std::uint8_t { kIfWanted, kAlways };

struct Field {
    std::string_view name;
    std::string_view help;
    // How the command line calls it: "--to"; "gtin,--gtin": also by its place. Empty: as `name` (option_of).
    std::string_view option = {};
    Asked asked = Asked::kIfWanted;
};
// The party that an operation names beside its actor: may see it.
enum class Party : std::uint8_t { kConcerned, kNamed };
enum class Need : std::uint8_t { kOptional, kRequired };

struct Gtin : Field {
    Need need = Need::kRequired;
};
struct Text : Field {
    std::size_t bytes_max = limits::kReasonBytesMax;
    Need need = Need::kOptional;
};
struct Organisation : Field {
    Party party = Party::kConcerned;
    Need need = Need::kRequired;
};
struct Organisations : Field {
    std::size_t most = 0;
};
// What people have of a digest: itself, or the file that it is of.
enum class Given : std::uint8_t { kDigest, kFile };
struct Digest : Field {
    Need need = Need::kRequired;
    Given given = Given::kDigest;
};
struct Digests : Field {
    std::size_t most = 0;
};  // of files
struct Date : Field {};
struct Number : Field {};  // std::uint64_t, std::uint32_t, std::uint16_t, or optional of the first
struct Yes : Field {};     // bool
struct Lot : Field {};
struct Gln : Field {};
struct Country : Field {
    Need need = Need::kOptional;
};
struct Countries : Field {
    std::string_view none = {};  // an option that must be said where no country is named; empty: none needed
};
struct Choice : Field {};  // an enumeration that has a table of names; its numbers are the wire's
struct ItemUnits : Field {};
struct ContainerUnits : Field {};
struct OneItem : Field {
    Need need = Need::kRequired;
};
struct OneContainer : Field {};
struct Key : Field {};        // crypto::PublicKey, or optional of it
struct Signature : Field {};  // crypto::Signature
struct Events : Field {
    std::size_t most = 0;
};
struct Prefixes : Field {};  // GS1 company prefixes
struct Part : Field {};      // a message of its own, with fields
struct Parts : Field {
    std::size_t most = 0;
};
struct OneOf : Field {};  // a variant of parts; each has kName, its member

}  // namespace field

// Where the fields of a part are described that is not an operation's own type.
template <class Type>
struct FieldsOf {
    template <class Self, class Visit>
    static void visit(Self& self, Visit&& visit) {
        Type::fields(self, visit);
    }
};

template <class Type>
concept HasFault = requires(const Type& value) {
    { value.fault() } -> std::same_as<std::optional<Rejection>>;
};

}  // namespace touchstone::ledger
