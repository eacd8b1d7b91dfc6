// Carries out what was planned of a document's events, and says for each what became of it.
//
//   accepted       the ledger took its operations
//   already_there  the ledger is as the event would leave it, or the same event stands twice in the capture
//   kept           the ledger has no rule for it: its hash is recorded
//   refused        by the ledger or before it, with the reason; nothing of this event was recorded
//   malformed      no valid event; the fault is named
// Each event is one transaction: all of it or nothing. kProceed goes on after one that is refused; kRollback puts all
// events into one transaction, so that the ledger itself takes all or none.
//
// Thread safety: one thread per capture; the port decides how long a call may take. Failure: a port that is lost leaves
// the events that were not answered kUnsent, and names itself in their messages.
#pragma once

#include <functional>
#include <span>

#include "rpc/epcis/mapping.h"

namespace touchstone::epcis {

struct RefusedUnit {
    std::size_t index = 0;  // among the operation's items, then its containers
    std::string code;
};

struct SubmitAnswer {
    Hash256 id;
    bool final = false;
    std::string refusal;  // code; empty: applied, or taken when it is not final
    std::string message;  // of the refusal: meaning, remedy, detail
    std::size_t operation = 0;
    std::vector<std::vector<RefusedUnit>> refused;  // of each operation
};

// The ledger as a capture sees it, and the organisation that signs.
class CapturePort {
  public:
    virtual ~CapturePort() = default;
    // Signs and sends. A refusal is an answer, not an error.
    virtual Result<SubmitAnswer> submit(std::span<const ledger::Operation> operations) = 0;
    virtual Result<std::optional<ledger::ItemRecord>> item(const ledger::ItemName& name) = 0;
    virtual Result<std::optional<ledger::ContainerRecord>> container(const ledger::ContainerName& name) = 0;
    virtual Result<std::vector<ledger::Event>> events(const ledger::ItemName& item) = 0;
};

enum class EventState { kPlanned, kAccepted, kAlreadyThere, kKept, kRefused, kMalformed, kPending, kUnsent };
std::string_view name_of(EventState state);  // "accepted", "already_there", …

struct EventResult {
    Plan plan;
    EventState state = EventState::kPlanned;
    std::string code;     // of a refusal, of a fault, or why it is kept
    std::string message;  // for people
    std::string transaction;
};

enum class Behaviour { kProceed, kRollback };

// The results before anything is sent: planned, refused or malformed.
std::vector<EventResult> plan_events(std::span<const DocumentEvent> events, const CaptureContext& context);

struct CaptureOrder {
    Behaviour behaviour = Behaviour::kProceed;
    std::string organisation;  // that signs
    std::function<void(std::size_t done)> progress = {};
};
void capture_events(std::span<EventResult> events, const CaptureOrder& order, CapturePort& port);

}  // namespace touchstone::epcis
