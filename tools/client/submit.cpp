#include "tools/client/submit.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace touchstone::tools {

using nlohmann::json;

std::string_view name_of(LineState state) {
    switch (state) {
        case LineState::kAccepted:
            return "accepted";
        case LineState::kAlreadyThere:
            return "already_there";
        case LineState::kRefused:
            return "refused";
        case LineState::kMalformed:
            return "malformed";
        case LineState::kPending:
            return "pending";
        case LineState::kUnsent:
            return "unsent";
    }
    return "";
}

std::size_t SubmitReport::count(LineState state) const {
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&](const LineResult& line) { return line.state == state; }));
}

namespace {

// A registration is told in its own field what the mode is for everything else.
void set_mode(ledger::Operation& operation, Mode mode) {
    if (auto* const registration = std::get_if<ledger::op::Register>(&operation))
        registration->mode = mode == Mode::kPartial ? ledger::RegisterMode::kPartial : ledger::RegisterMode::kAtomic;
}

// Whether what an item or container was refused for is done. Asks for the unit only where the refusal alone says too
// little; who can not be asked tells nothing.
bool is_done(const ledger::Operation& operation, const RefusedItem& refused, const std::string& actor,
             LedgerGate& gate) {
    const auto& known = ledger::info(operation);
    const ledger::Refusal refusal = refusal_named(refused.code);
    const auto& dones = known.done_refusals;
    if (known.repeat != ledger::Repeat::kCompared || std::find(dones.begin(), dones.end(), refusal) == dones.end())
        return ledger::is_done(operation, refusal, actor, nullptr);
    const ledger::Items* const items = ledger::items_of(operation);
    const ledger::Containers* const containers = ledger::containers_of(operation);
    const std::size_t count = items == nullptr ? 0 : items->size();
    Result<std::optional<ledger::UnitFacts>> facts = std::optional<ledger::UnitFacts>();
    if (refused.index < count)
        facts = gate.item(items->at(refused.index));
    else if (containers != nullptr && refused.index - count < containers->size())
        facts = gate.container(containers->at(refused.index - count));
    return facts.ok() && *facts && ledger::is_done(operation, refusal, actor, &**facts);
}

class Job {
  public:
    Job(const ItemFile& file, const SubmitPlan& plan, const Signer& signer, SubmitReport& report)
        : file_(file), plan_(plan), signer_(signer), report_(report) {
        chunks_ = plan_chunks(file.items, plan.pattern, plan.items_max);
        for (Chunk& chunk : chunks_)
            for (ledger::Operation& operation : chunk.operations) set_mode(operation, plan.mode);
        states_.resize(file.items.size());
    }

    void run(const GateFactory& gates, const std::function<void(std::size_t)>& progress) {
        progress_ = &progress;
        std::vector<std::thread> threads;
        const std::size_t count = std::min(plan_.in_flight, chunks_.size());
        for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this, &gates, i] { work(gates, i); });
        for (std::thread& thread : threads) thread.join();
        for (std::size_t i = 0; i < states_.size(); ++i) {
            LineResult line = std::move(states_[i]);
            line.line = file_.items[i].line;
            line.text = file_.items[i].text;
            report_.lines.push_back(std::move(line));
        }
    }

  private:
    void work(const GateFactory& gates, std::size_t thread) {
        auto gate = gates(thread);
        if (!gate.ok()) return stop(gate.error());
        for (;;) {
            Chunk chunk;
            {
                const std::lock_guard lock(mutex_);
                if (report_.error || next_ == chunks_.size()) return;
                chunk = std::move(chunks_[next_++]);
            }
            if (const Status status = send(std::move(chunk), **gate); !status.ok()) return stop(status.error());
        }
    }

    void stop(const Error& error) {
        const std::lock_guard lock(mutex_);
        if (!report_.error) report_.error = error;
    }

    void settle(std::size_t item, LineState state, std::string code = {}, std::string message = {}) {
        LineResult& line = states_[item];
        line.state = state;
        line.code = std::move(code);
        line.message = std::move(message);
        ++settled_;
    }

    Status send(Chunk chunk, LedgerGate& gate) {
        // In partial mode each round leaves out what the last one was refused for; an item is refused only once.
        while (chunk.items() > 0) {
            TRY_ASSIGN(const ChainFacts facts, gate.facts());
            // The gate sends these very bytes again when it loses a node: they can not be carried out twice.
            const Envelope envelope = make_transaction(
                {facts.chain_id, signer_.organisation, facts.height + kValidHeights}, signer_.key, chunk.operations);
            TRY_ASSIGN(const TransactionAnswer answer, gate.submit(envelope, plan_.wait));
            const auto present = already_there(chunk, answer, gate);
            const std::lock_guard lock(mutex_);
            report_.transaction_ids.push_back(answer.id.hex());
            report_.height = std::max(report_.height, answer.height);
            const bool again =
                answer.refused() ? take_refusal(chunk, answer, present) : take_success(chunk, answer, present);
            (*progress_)(settled_);
            if (!again) break;
        }
        return Ok{};
    }

    using Places = std::set<std::pair<std::size_t, std::size_t>>;  // operation, item

    Places already_there(const Chunk& chunk, const TransactionAnswer& answer, LedgerGate& gate) const {
        Places places;
        for (std::size_t o = 0; o < answer.operations.size() && o < chunk.operations.size(); ++o)
            for (const RefusedItem& refused : answer.operations[o].refused)
                if (refused.index < chunk.lines[o].size() &&
                    is_done(chunk.operations[o], refused, signer_.organisation, gate))
                    places.emplace(o, refused.index);
        return places;
    }

    void settle_refused(const Chunk& chunk, std::size_t o, const RefusedItem& refused, const Places& present) {
        if (refused.index >= chunk.lines[o].size()) return;
        const bool there = present.contains({o, refused.index});
        settle(chunk.lines[o][refused.index], there ? LineState::kAlreadyThere : LineState::kRefused, refused.code,
               refused.message);
    }

    bool take_success(const Chunk& chunk, const TransactionAnswer& answer, const Places& present) {
        const LineState state = answer.final ? LineState::kAccepted : LineState::kPending;
        for (std::size_t o = 0; o < chunk.lines.size(); ++o) {
            std::set<std::size_t> refused;
            if (o < answer.operations.size())
                for (const RefusedItem& item : answer.operations[o].refused) {
                    settle_refused(chunk, o, item, present);
                    refused.insert(item.index);
                }
            for (std::size_t i = 0; i < chunk.lines[o].size(); ++i)
                if (!refused.contains(i)) settle(chunk.lines[o][i], state);
        }
        return false;
    }

    // True when the rest of the chunk is to be sent again without the refused items.
    bool take_refusal(Chunk& chunk, const TransactionAnswer& answer, const Places& present) {
        std::size_t named = 0;
        for (const OperationAnswer& operation : answer.operations) named += operation.refused.size();
        // What is there already is no fault in atomic mode either, as long as nothing else is.
        if (named > 0 && (plan_.mode == Mode::kPartial || present.size() == named)) {
            for (std::size_t o = 0; o < answer.operations.size() && o < chunk.lines.size(); ++o)
                drop_refused(chunk, o, answer.operations[o].refused, present);
            leave_out_empty(chunk);
            return true;
        }
        if (named == 0 && plan_.mode == Mode::kPartial && split(chunk, answer)) return false;
        for (std::size_t o = 0; o < chunk.lines.size(); ++o)
            for (std::size_t i = 0; i < chunk.lines[o].size(); ++i)
                settle(chunk.lines[o][i], LineState::kRefused, answer.refusal, answer.message);
        // The culprits keep their own reason; the others were refused because of them.
        for (std::size_t o = 0; o < answer.operations.size() && o < chunk.lines.size(); ++o)
            for (const RefusedItem& item : answer.operations[o].refused) {
                settle_refused(chunk, o, item, present);
                --settled_;
            }
        return false;
    }

    // A node that looked at samples of many items refuses them all and names none: in smaller parts the ledger says
    // which. True: both halves wait to be sent.
    bool split(const Chunk& chunk, const TransactionAnswer& answer) {
        if (answer.refusal != "item_unknown" && answer.refusal != "container_unknown") return false;
        if (chunk.operations.size() != 1 || chunk.lines[0].size() < 2) return false;
        const std::size_t middle = chunk.lines[0].size() / 2;
        Chunk first = chunk;
        Chunk second = chunk;
        first.lines[0].resize(middle);
        second.lines[0].erase(second.lines[0].begin(), second.lines[0].begin() + static_cast<std::ptrdiff_t>(middle));
        ledger::Items head, tail;
        for (std::size_t i = 0; const ledger::ItemName& name : ledger::items_of(chunk.operations[0])->names())
            (i++ < middle ? head : tail).add(name);
        *ledger::items_of(first.operations[0]) = std::move(head);
        *ledger::items_of(second.operations[0]) = std::move(tail);
        chunks_.push_back(std::move(first));
        chunks_.push_back(std::move(second));
        return true;
    }

    void drop_refused(Chunk& chunk, std::size_t o, const std::vector<RefusedItem>& refused, const Places& present) {
        std::set<std::size_t> gone;
        for (const RefusedItem& item : refused) {
            settle_refused(chunk, o, item, present);
            gone.insert(item.index);
        }
        ledger::Items& named = *ledger::items_of(chunk.operations[o]);
        const std::vector<ledger::ItemName> before = named.names();
        ledger::Items items;
        std::vector<std::size_t> lines;
        for (std::size_t i = 0; i < chunk.lines[o].size(); ++i) {
            if (gone.contains(i)) continue;
            items.add(before[i]);
            lines.push_back(chunk.lines[o][i]);
        }
        named = std::move(items);
        chunk.lines[o] = std::move(lines);
    }

    static void leave_out_empty(Chunk& chunk) {
        for (std::size_t o = chunk.lines.size(); o-- > 0;) {
            if (!chunk.lines[o].empty()) continue;
            chunk.lines.erase(chunk.lines.begin() + static_cast<std::ptrdiff_t>(o));
            chunk.operations.erase(chunk.operations.begin() + static_cast<std::ptrdiff_t>(o));
        }
    }

    const ItemFile& file_;
    const SubmitPlan& plan_;
    const Signer& signer_;
    SubmitReport& report_;
    const std::function<void(std::size_t)>* progress_ = nullptr;
    std::mutex mutex_;  // guards report_, chunks_, next_, states_, settled_
    std::vector<Chunk> chunks_;
    std::size_t next_ = 0;
    std::size_t settled_ = 0;
    std::vector<LineResult> states_;
};

// A whole operation: by what it was refused for, or by each unit that was.
bool is_done(const ledger::Operation& operation, const TransactionAnswer& answer, const std::string& actor,
             LedgerGate& gate) {
    const auto* const units = answer.operations.empty() ? nullptr : &answer.operations[0].refused;
    if (units == nullptr || units->empty())
        return ledger::is_done(operation, refusal_named(answer.refusal), actor, nullptr);
    return std::all_of(units->begin(), units->end(),
                       [&](const RefusedItem& unit) { return is_done(operation, unit, actor, gate); });
}

}  // namespace

SubmitReport submit_items(const ItemFile& file, const SubmitPlan& plan, const Signer& signer, const GateFactory& gates,
                          const std::function<void(std::size_t)>& progress) {
    SubmitReport report;
    const bool stopped = plan.mode == Mode::kAtomic && !file.bad.empty();
    if (stopped) {
        for (const ItemLine& item : file.items)
            report.lines.push_back({item.line, item.text, LineState::kUnsent, "other_lines_bad",
                                    "not sent: in atomic mode every line must be good"});
    } else {
        Job(file, plan, signer, report).run(gates, progress);
    }
    for (const BadLine& bad : file.bad)
        report.lines.push_back({bad.line, bad.text, LineState::kMalformed, bad.code, bad.message});
    std::stable_sort(report.lines.begin(), report.lines.end(),
                     [](const LineResult& a, const LineResult& b) { return a.line < b.line; });
    return report;
}

Result<SingleReport> submit_together(std::span<const ledger::Operation> operations, const Signer& signer, LedgerGate& gate,
                                     Wait wait) {
    TRY_ASSIGN(const ChainFacts facts, gate.facts());
    const Envelope envelope =
        make_transaction({facts.chain_id, signer.organisation, facts.height + kValidHeights}, signer.key, operations);
    TRY_ASSIGN(TransactionAnswer answer, gate.submit(envelope, wait));
    const bool already = answer.refused() && operations.size() == 1 &&
                         is_done(operations[0], answer, signer.organisation, gate);
    return SingleReport{std::move(answer), already};
}

Result<SingleReport> submit_operation(const ledger::Operation& operation, const Signer& signer, LedgerGate& gate, Wait wait) {
    return submit_together(std::span(&operation, 1), signer, gate, wait);
}

json to_json(const SubmitReport& report) {
    json out{{"ok", exit_status_of(report) == kExitOk},
             {"accepted", report.count(LineState::kAccepted)},
             {"already_there", report.count(LineState::kAlreadyThere)},
             {"refused", report.count(LineState::kRefused)},
             {"malformed", report.count(LineState::kMalformed)},
             {"pending", report.count(LineState::kPending)},
             {"unsent", report.count(LineState::kUnsent)},
             {"transactions", report.transaction_ids},
             {"height", report.height},
             {"lines", json::array()}};
    for (const LineResult& line : report.lines)
        if (line.state != LineState::kAccepted)
            out["lines"].push_back({{"line", line.line},
                                    {"item", line.text},
                                    {"result", name_of(line.state)},
                                    {"code", line.code},
                                    {"message", line.message}});
    if (report.error) out["error"] = {{"code", report.error->code}, {"message", report.error->message}};
    return out;
}

std::string to_text(const SubmitReport& report, std::string_view done) {
    constexpr std::size_t kShownMax = 50;
    std::string text = fmt::format("{}: {}", done, report.count(LineState::kAccepted));
    for (const auto& [state, name] :
         {std::pair{LineState::kAlreadyThere, "already there"}, std::pair{LineState::kPending, "taken, not final yet"},
          std::pair{LineState::kRefused, "refused"}, std::pair{LineState::kMalformed, "malformed"},
          std::pair{LineState::kUnsent, "not sent"}})
        if (const std::size_t count = report.count(state); count > 0) text += fmt::format(", {}: {}", name, count);
    if (report.height > 0) text += fmt::format(" (final in block {})", report.height);
    text += '\n';
    std::size_t shown = 0, faults = 0;
    for (const LineResult& line : report.lines) {
        if (line.state != LineState::kRefused && line.state != LineState::kMalformed) continue;
        if (++faults <= kShownMax && ++shown)
            text += fmt::format("  line {}: {}: {} ({})\n", line.line, line.text, line.message, line.code);
    }
    if (faults > shown) text += fmt::format("  … and {} more; --json names them all\n", faults - shown);
    if (report.error)
        text += fmt::format(
            "  stopped: {}\n  Run the same command again: what is done will be reported as already there.\n",
            report.error->message);
    return text;
}

int exit_status_of(const SubmitReport& report) {
    if (report.error) return exit_status_of(*report.error);
    if (report.count(LineState::kRefused) > 0) return kExitRefused;
    if (report.count(LineState::kMalformed) > 0)
        return report.count(LineState::kAccepted) + report.count(LineState::kAlreadyThere) +
                           report.count(LineState::kPending) >
                       0
                   ? kExitRefused
                   : kExitUsage;
    return kExitOk;
}

}  // namespace touchstone::tools
