#include "rpc/caller.h"

#include <algorithm>
#include <chrono>

#include "base/limits.h"
#include "crypto/sha256.h"
#include "rpc/answer_parts.h"

namespace touchstone::rpc {
namespace {

constexpr std::string_view kHowTo =
    "Send `Authorization: Touchstone <token>` (`touchstone token new --org ID --key FILE` makes one), or give the "
    "command line --org and --key.";

RpcError unauthenticated(std::string reason, std::string message) {
    return {ErrorCode::kUnauthenticated, std::move(message), std::move(reason), std::string(kHowTo), {}};
}

bool is_loopback(std::string_view address) {
    return address.starts_with("127.0.0.1:") || address.starts_with("[::1]:");
}

// "localhost:8545" reaches what listens on 127.0.0.1:8545.
bool is_localhost_of(std::string_view audience, std::string_view address) {
    constexpr std::string_view kLocalhost = "localhost";
    if (!audience.starts_with(kLocalhost) || !is_loopback(address)) return false;
    return audience.substr(kLocalhost.size()) == address.substr(address.rfind(':'));
}

std::optional<RpcError> check_time(const AuthToken& token, WallTime now) {
    if (token.expires <= token.issued || token.expires.ms - token.issued.ms > limits::kTokenLifetimeMsMax)
        return unauthenticated("token_lifetime", "The token is meant to hold longer than an hour.");
    if (token.issued.ms > now.ms + limits::kTokenSkewMsMax)
        return unauthenticated("token_not_yet_valid",
                               "The token was made in the future of this node; set the clocks right.");
    if (token.expires <= now) return unauthenticated("token_expired", "The token has run out; make another.");
    return std::nullopt;
}

}  // namespace

WallTime system_now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return WallTime{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count())};
}

CallerPtr anonymous() {
    static const CallerPtr nobody = std::make_shared<const Caller>();
    return nobody;
}

Authenticator::Authenticator(const NodeApi& node, AuthOptions options)
    : node_(node), options_(std::move(options)), chain_id_(node.status().chain_id) {}

CallerPtr Authenticator::identify(const Credentials& credentials) {
    if (!credentials.shown()) return anonymous();
    auto found = credentials.authorization.empty()
                     ? caller_of(std::string(credentials.certificate_organisation), *credentials.certificate_key)
                     : by_token(credentials);
    if (found.ok()) return *std::move(found);
    auto nobody = std::make_shared<Caller>();
    nobody->refusal = found.error();
    return nobody;
}

CallerPtr Authenticator::again(const CallerPtr& caller) const {
    if (!caller->known()) return caller;
    auto found = caller_of(caller->organisation, caller->key);
    auto now = std::make_shared<Caller>(found.ok() ? **found : Caller{});
    if (found.ok())
        now->for_any_node = caller->for_any_node;
    else
        now->refusal = found.error();
    return now;
}

Result<CallerPtr, RpcError> Authenticator::caller_of(const std::string& organisation,
                                                     const crypto::PublicKey& key) const {
    const auto view = node_.read();
    HANDLER_TRY(const auto record,
                read_record<ledger::OrganisationRecord>(*view, ledger::organisation_key(organisation)));
    if (!record) return unauthenticated("organisation_unknown", "No such organisation is on the ledger.");
    if (record->suspended) return unauthenticated("organisation_suspended", "The organisation is suspended.");
    const auto listed = std::find_if(record->keys.begin(), record->keys.end(),
                                     [&](const ledger::OrganisationKey& known) { return known.key == key; });
    if (listed == record->keys.end())
        return unauthenticated("key_unknown", "The key is none of the organisation's on the ledger.");
    if (listed->revoked.value != 0) return unauthenticated("key_revoked", "The key was revoked.");
    auto caller = std::make_shared<Caller>();
    caller->organisation = organisation;
    caller->roles = record->roles;
    caller->key = key;
    const OwnOrganisation* own = node_.organisation();
    caller->owns_node = own != nullptr && own->id == organisation;
    return CallerPtr(std::move(caller));
}

Result<CallerPtr, RpcError> Authenticator::by_token(const Credentials& credentials) {
    const std::string prefix = std::string(kTokenScheme) + " ";
    if (!credentials.authorization.starts_with(prefix))
        return unauthenticated("token_malformed", "The header Authorization is not of the scheme Touchstone.");
    HANDLER_TRY(const AuthToken token, read_token(credentials.authorization.substr(prefix.size())));
    if (token.chain_id != chain_id_) return unauthenticated("token_other_chain", "The token is for another chain.");
    if (auto wrong = check_time(token, options_.clock())) return *std::move(wrong);
    const bool any = token.audience == kAnyAudience;
    const bool ours =
        (credentials.address &&
         (token.audience == *credentials.address || is_localhost_of(token.audience, *credentials.address))) ||
        std::find(options_.audiences.begin(), options_.audiences.end(), token.audience) != options_.audiences.end();
    if (!any && !ours)
        return unauthenticated("token_other_node",
                               "The token is for '" + token.audience +
                                   "', which is not how this node knows itself. Its operator can add that name to "
                                   "rpc.audience.");
    HANDLER_TRY(CallerPtr caller, caller_of(token.organisation, token.key));
    if (!any) return caller;
    auto marked = std::make_shared<Caller>(*caller);
    marked->for_any_node = true;
    return CallerPtr(std::move(marked));
}

// The signature is most of the work, and the bytes are the same for all requests of a token's life.
Result<AuthToken, RpcError> Authenticator::read_token(std::string_view text) {
    const Hash256 digest = crypto::sha256(as_bytes(text));
    const bool known = checked_before(digest);
    auto token = decode_token(text, known ? SignatureCheck::kNo : SignatureCheck::kYes);
    if (!token.ok()) return unauthenticated(token.error().code, token.error().message);
    if (!known) remember(digest);
    return *std::move(token);
}

bool Authenticator::checked_before(const Hash256& digest) {
    const std::lock_guard lock(mutex_);
    return checked_.contains(digest);
}

// Whoever fills the memory with tokens of his own costs others one more check of a signature, and nothing else.
void Authenticator::remember(const Hash256& digest) {
    const std::lock_guard lock(mutex_);
    if (checked_.size() >= kTokensMax) checked_.clear();
    checked_.insert(digest);
}

RpcError access_denied(Access access) {
    return {ErrorCode::kForbidden,
            "This is not for the organisation that asks.",
            "access_denied",
            "Who may ask: " + std::string(meaning_of(access)) + " docs/access.md lists all methods.",
            {}};
}

std::optional<RpcError> check_access(Access access, const Caller& caller) {
    if (access == Access::kPublic || access == Access::kHolder) return std::nullopt;
    if (!caller.known())
        return caller.refusal ? *caller.refusal
                              : unauthenticated("authentication_required",
                                                "This is told to organisations of the ledger that say who they are.");
    if (access == Access::kOverseer && !caller.oversees()) return access_denied(access);
    if (access == Access::kNodeOwner && (!caller.owns_node || caller.for_any_node)) return access_denied(access);
    return std::nullopt;
}

std::optional<RpcError> check_own(const Caller& caller, std::string_view organisation) {
    if (caller.sees(organisation)) return std::nullopt;
    if (auto wrong = check_access(Access::kMember, caller)) return wrong;
    return access_denied(Access::kOwnOrOverseer);
}

}  // namespace touchstone::rpc
