// Every bound of the system in one place. Past a bound there is a named error, never an unbounded queue.
// A bound that all validators must share is a consensus parameter on chain (ledger/records/parameters.h), and its
// default stands here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace touchstone::limits {

// -- consensus
inline constexpr std::uint32_t kValidatorsMax = 100;
inline constexpr std::uint64_t kViewsAheadMax = 1024;  // votes further ahead of our view are dropped
inline constexpr std::size_t kCertificatesPerReplyMax = 256;

// -- transactions and blocks (defaults of consensus parameters)
inline constexpr std::size_t kTransactionBytesMax = 4u << 20;
inline constexpr std::size_t kOperationsPerTransactionMax = 1000;
inline constexpr std::size_t kFieldsPerOperationMax = 4096;  // on the wire, with those of messages in it
inline constexpr std::size_t kItemsPerRegisterMax = 10'000;
inline constexpr std::size_t kBlockBytesMax = 8u << 20;
inline constexpr std::size_t kBlockTransactionsMax = 4096;
// Items that one block touches, or as many operations as cost so much: what every validator executes and hashes well
// within a leader's timeout, also on a slow machine. One transaction of 50,000 kept four nodes on two cores busy for seconds.
inline constexpr std::size_t kBlockItemsMax = 10'000;
// An operation costs as much as this many items, however few it names: records, an event, an index.
inline constexpr std::size_t kItemsPerOperation = 10;
inline constexpr std::uint64_t kValidityHeightsMax = 100'000;

// -- ledger fields, in bytes
inline constexpr std::size_t kOrgIdBytesMax = 32;
inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kLotBytesMax = 20;     // GS1 AI (10): up to 20 characters
inline constexpr std::size_t kSerialBytesMax = 20;  // GS1 AI (21): up to 20 characters
inline constexpr std::size_t kReasonBytesMax = 500;
inline constexpr std::size_t kKeysPerOrgMax = 64;
inline constexpr std::size_t kContainerLevelsMax = 5;  // item in case in pallet in sea container, and one to spare
inline constexpr std::uint64_t kSaleUndoMs =
    24u * 3600 * 1000;                                    // how long a sale may be cancelled, by the chain's clock
inline constexpr std::uint64_t kEndUndoMs =
    10u * 24 * 3600 * 1000;  // and how long an end may be undone; what was lost may be found at any time
inline constexpr std::uint64_t kShopHadMs =
    24u * 3600 * 1000;  // how long a platform has a shop before what it says against it binds others
inline constexpr std::size_t kProductDocumentsMax = 16;
inline constexpr std::size_t kRecallsOfBrandMax = 64;     // in force at a time, of a product, by its brand
inline constexpr std::size_t kRecallsOfRegulatorMax = 16; // likewise by each regulator
inline constexpr std::size_t kReturnPointsMax = 32;       // of a product
inline constexpr std::size_t kPrefixesPerOrgMax = 64;
inline constexpr std::size_t kMakersPerLotMax = 64;
inline constexpr std::size_t kMarksPerFlagMax = 16;  // on an item; brand, owner and regulators have room beyond
inline constexpr std::size_t kEvidenceMax = 16;           // hashes of documents that a report names
inline constexpr std::size_t kCountriesMax = 249;         // ISO 3166-1 has as many
// Of a product, by all regulators: as many as one for each country may have, so that none takes another's place.
inline constexpr std::size_t kRecallsOfRegulatorsMax = kCountriesMax * kRecallsOfRegulatorMax;
inline constexpr std::size_t kRecallsPerProductMax = kRecallsOfBrandMax + kRecallsOfRegulatorsMax;
inline constexpr std::size_t kOpenProposalsMax = 64;      // of the council, with those that wait
inline constexpr std::size_t kOpenProposalsPerMemberMax = 4;
inline constexpr std::size_t kKeysReplacedMax = 16;          // that the council gives an organisation at once
inline constexpr std::size_t kOpenReportsPerReporterMax = 200;
inline constexpr std::size_t kOpenReportsPerSubjectMax = 20;  // of one reporter
inline constexpr std::size_t kDocumentKeysMax = 256;      // items and containers that a kept document is about
inline constexpr std::size_t kCorrectionEventsMax = 256;  // from the wrong event to the item's last one
inline constexpr std::size_t kRefusalRunsMax = 100;       // of neighbouring items, in a refused operation's outcome
inline constexpr std::size_t kRefusedItemsMax = 1u << 20;  // named by one stored outcome

// -- pool of pending transactions
inline constexpr std::size_t kPoolTransactionsMax = 50'000;
inline constexpr std::size_t kPoolBytesMax = 256u << 20;
inline constexpr std::size_t kPoolOrganisationItemsMax = 500'000;  // item keys that one organisation's may name
// Of the work of one block (node/transaction_pool.h), one organisation's part while others wait.
inline constexpr std::size_t kBlockWorkOfOrganisation = kBlockItemsMax / 2;
// A transaction that names as many items is tried on samples of them before it is taken in and passed on.
inline constexpr std::size_t kCostlyItems = 1000;
inline constexpr std::size_t kTriedItems = 16;

// -- network
inline constexpr std::size_t kFrameBytesMax = 16u << 20;
inline constexpr std::size_t kPeerQueueBytesMax = 64u << 20;
inline constexpr std::size_t kPeersMax = 128;
inline constexpr std::size_t kSyncBlocksPerReplyMax = 256;
inline constexpr std::size_t kSyncBytesPerReplyMax = 8u << 20;
// In place of blocks that did not fit, up to the next certificate: 3.7 MiB.
inline constexpr std::size_t kSyncHeadersPerReplyMax = 16'384;

// -- JSON-RPC
inline constexpr std::size_t kRpcBodyBytesMax = 8u << 20;
inline constexpr std::size_t kRpcBatchMax = 1000;
inline constexpr std::size_t kRpcConnectionsMax = 1024;
// Of the process, for block log, state, refusals and those of libraries; LevelDB maps its tables and closes them.
inline constexpr std::size_t kDescriptorsOfFilesMax = 320;
inline constexpr std::size_t kRpcPageMax = 1000;
inline constexpr std::size_t kRpcPageDefault = 100;

// -- authentication
inline constexpr std::uint64_t kTokenLifetimeMsMax = 3600u * 1000;  // from its issue to its expiry
inline constexpr std::uint64_t kTokenSkewMsMax = 60u * 1000;        // how far ahead the client's clock may be
inline constexpr std::size_t kTokenCharactersMax = 1024;
inline constexpr std::size_t kAudienceBytesMax = 255;

// -- vault
inline constexpr std::size_t kVaultPutMax = 10'000;  // items in one call
inline constexpr std::size_t kVaultDocumentBytesMax = 8u << 20;
inline constexpr std::size_t kVaultIdBytesMax = 200;  // of a document
inline constexpr std::uint64_t kVaultRecordsMax = 1'000'000'000;

// -- storage
inline constexpr std::size_t kUnflushedBytesMax = 256u << 20;  // committed, not yet in LevelDB
inline constexpr std::size_t kBlockLogSegmentBytes = 64u << 20;

}  // namespace touchstone::limits
