// Which of the ledger's own events an EPCIS event tells of, by this project's extension or by the words of the
// standard; and the ways in which planning ends without an operation. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "rpc/epcis/mapping.h"

namespace touchstone::epcis {

// The event is kept, refused or malformed, and why.
struct Way {
    PlanKind kind;
    std::string code;
    std::string reason;
};
Way keep(std::string code, std::string reason);
Way malformed(const Error& error);
using Done = std::optional<Way>;  // nullopt: planned

// The short names of bizStep and disposition; empty: there is none.
std::string step_of(const nlohmann::json& event);
std::string disposition_of(const nlohmann::json& event);

// nullopt: of none; `why_kept` says why.
std::optional<ledger::EventKind> kind_of(const DocumentEvent& event, const CaptureContext& context);
Way why_kept(const DocumentEvent& event, const CaptureContext& context);

}  // namespace touchstone::epcis
