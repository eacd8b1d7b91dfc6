// A LevelDB Env whose tables are read by pread with POSIX_FADV_RANDOM: mmap reads ahead 8 MiB around each miss, which
// is ruin for a store larger than memory. Everything else is the default Env's. Included by storage/*.cpp alone.
#pragma once

#include <memory>

namespace leveldb {
class Env;
}

namespace touchstone::storage {

std::unique_ptr<leveldb::Env> make_pread_env();

}  // namespace touchstone::storage
