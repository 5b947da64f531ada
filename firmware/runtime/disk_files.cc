#include "firmware/runtime/disk_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace portreeve::runtime {
namespace {

constexpr mode_t kMode = 0600;
constexpr int kFlags = O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

Error disk_error(const std::string& doing, int number) {
  Error error = system_error(doing, number);
  if (number == ENOSPC || number == EDQUOT || number == EFBIG) error.kind = ErrorKind::Exhausted;
  return error;
}

// All octets at `offset`; errno's value where that fails, else 0.
int write_all(int descriptor, Bytes octets, std::uint64_t offset) {
  while (!octets.empty()) {
    const ssize_t done = ::pwrite(descriptor, octets.data(), octets.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done == 0 ? EIO : errno;
    octets = octets.subspan(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return 0;
}

std::string temporary_name(const std::string& name) { return name + ".new"; }

}  // namespace

DiskFiles::~DiskFiles() {
  for (const auto& [name, file] : appended_) ::close(file.descriptor);
}

std::vector<Result<>> DiskFiles::write(std::span<const DiskJob> jobs) {
  results_.assign(jobs.size(), {});
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (auto started = start(i, jobs[i]); !started) results_[i] = std::move(started).error();
  }
  commit();
  return std::exchange(results_, {});
}

Result<> DiskFiles::start(std::size_t index, const DiskJob& job) {
  switch (job.kind) {
    case DiskJob::Kind::Append:
      return append(index, job);
    case DiskJob::Kind::Replace:
      return replace(index, job);
    case DiskJob::Kind::Remove:
      break;
  }
  return remove(job);
}

Result<> DiskFiles::append(std::size_t index, const DiskJob& job) {
  if (job.octets.empty()) return {};
  const std::string path = directory_.path_of(job.name);
  if (unsure_.contains(job.name)) {
    return Error{ErrorKind::Failed, path + " could not be synced before; it has to be written anew"};
  }
  PORTREEVE_TRY(AppendedFile* const file, open_for_append(job.name));
  if (const int error = write_all(file->descriptor, job.octets, file->written); error != 0) {
    Error failure = disk_error("append to " + path, error);
    if (::ftruncate(file->descriptor, static_cast<off_t>(file->written)) != 0) {
      unsure_.insert(job.name);
      roll_back(job.name, *file, failure);
    }
    return failure;
  }
  file->written += job.octets.size();
  file->jobs.push_back(index);
  return {};
}

Result<DiskFiles::AppendedFile*> DiskFiles::open_for_append(const std::string& name) {
  if (const auto known = appended_.find(name); known != appended_.end()) return &known->second;
  PORTREEVE_TRY(const bool there, directory_.has_file(name));
  const std::string doing = "open " + directory_.path_of(name) + " to append";
  const int opened = ::openat(directory_.descriptor(), name.c_str(), there ? kFlags : kFlags | O_CREAT | O_EXCL, kMode);
  if (opened < 0) return disk_error(doing, errno);
  AppendedFile file;
  file.descriptor = opened;
  struct stat status {};
  if (::fstat(opened, &status) != 0 || ::fchmod(opened, kMode) != 0) {
    const Error error = disk_error(doing, errno);
    ::close(opened);
    return error;
  }
  file.durable = file.written = static_cast<std::uint64_t>(status.st_size);
  if (!there) new_names_.push_back({name, NewName::Undo::Remove, {}});
  return &appended_.emplace(name, file).first->second;
}

// What the batch did to this file before becomes durable first: each job has to be able to fail alone.
void DiskFiles::commit_before(const std::string& name) {
  const auto appended = appended_.find(name);
  const bool touched =
      (appended != appended_.end() && !appended->second.jobs.empty()) ||
      std::any_of(new_names_.begin(), new_names_.end(), [&](const NewName& each) { return each.name == name; });
  if (touched) commit();
}

// What came before is durable first: an index that does not name the file any more.
Result<> DiskFiles::remove(const DiskJob& job) {
  commit();
  if (directory_unsure_) {
    return Error{ErrorKind::Failed, directory_.path_of(job.name) + " stays: what came before it could not be synced"};
  }
  if (::unlinkat(directory_.descriptor(), job.name.c_str(), 0) != 0 && errno != ENOENT) {
    return disk_error("remove " + directory_.path_of(job.name), errno);
  }
  close(job.name);
  unsure_.erase(job.name);
  return {};
}

Result<> DiskFiles::replace(std::size_t index, const DiskJob& job) {
  commit_before(job.name);
  PORTREEVE_TRY(const bool there, directory_.has_file(job.name));
  const std::string temporary = temporary_name(job.name);
  Result<> done = write_beside(temporary, job.text ? as_bytes(*job.text) : Bytes(job.octets));
  if (done) done = take_name(index, job.name, temporary, there);
  if (!done) ::unlinkat(directory_.descriptor(), temporary.c_str(), 0);
  return done;
}

Result<> DiskFiles::write_beside(const std::string& temporary, Bytes octets) const {
  const std::string doing = "write " + directory_.path_of(temporary);
  // What a crash left there, or anybody else.
  if (::unlinkat(directory_.descriptor(), temporary.c_str(), 0) != 0 && errno != ENOENT)
    return disk_error(doing, errno);
  const int opened = ::openat(directory_.descriptor(), temporary.c_str(), kFlags | O_CREAT | O_EXCL, kMode);
  if (opened < 0) return disk_error(doing, errno);
  int error = write_all(opened, octets, 0);
  if (error == 0 && syncs_.file(opened) != 0) error = errno;
  ::close(opened);
  if (error != 0) return disk_error(doing, error);
  return {};
}

Result<> DiskFiles::take_name(std::size_t index, const std::string& name, const std::string& temporary, bool there) {
  const int directory = directory_.descriptor();
  auto undo = NewName::Undo::Remove;
  if (there && ::renameat2(directory, temporary.c_str(), directory, name.c_str(), RENAME_EXCHANGE) == 0) {
    undo = NewName::Undo::Exchange;
  } else {
    // Not every file system exchanges: there a directory that cannot be synced leaves the new file in place.
    if (there) undo = NewName::Undo::Nothing;
    if (::renameat(directory, temporary.c_str(), directory, name.c_str()) != 0) {
      return disk_error("rename " + directory_.path_of(temporary) + " to " + name, errno);
    }
  }
  close(name);
  new_names_.push_back({name, undo, {index}});
  return {};
}

// Makes what was done so far durable, or undoes it.
void DiskFiles::commit() {
  for (auto& [name, file] : appended_) {
    if (file.jobs.empty() || syncs_.file(file.descriptor) == 0) continue;
    unsure_.insert(name);
    roll_back(name, file, disk_error("sync " + directory_.path_of(name), errno));
  }
  const bool any_appended =
      std::any_of(appended_.begin(), appended_.end(), [](const auto& entry) { return !entry.second.jobs.empty(); });
  if (!new_names_.empty() || (directory_unsure_ && any_appended)) {
    if (syncs_.directory(directory_.descriptor()) != 0) {
      const Error error = disk_error("sync the directory of " + directory_.path_of("*"), errno);
      directory_unsure_ = true;
      for (auto& [name, file] : appended_) roll_back(name, file, error);
      undo_names(error);
      return;
    }
    directory_unsure_ = false;
  }
  for (const NewName& each : new_names_) {
    if (each.undo == NewName::Undo::Exchange) {
      ::unlinkat(directory_.descriptor(), temporary_name(each.name).c_str(), 0);
    }
    if (!each.jobs.empty()) unsure_.erase(each.name);
  }
  new_names_.clear();
  for (auto& [name, file] : appended_) {
    file.durable = file.written;
    file.jobs.clear();
  }
}

// Back to what is durable; the jobs that wrote the rest have failed.
void DiskFiles::roll_back(const std::string& name, AppendedFile& file, const Error& error) {
  if (file.jobs.empty()) return;
  if (::ftruncate(file.descriptor, static_cast<off_t>(file.durable)) != 0) unsure_.insert(name);
  file.written = file.durable;
  for (const std::size_t index : file.jobs) results_[index] = error;
  file.jobs.clear();
}

void DiskFiles::undo_names(const Error& error) {
  const int directory = directory_.descriptor();
  for (auto each = new_names_.rbegin(); each != new_names_.rend(); ++each) {
    const std::string temporary = temporary_name(each->name);
    switch (each->undo) {
      case NewName::Undo::Remove:
        ::unlinkat(directory, each->name.c_str(), 0);
        break;
      case NewName::Undo::Exchange:
        if (::renameat2(directory, temporary.c_str(), directory, each->name.c_str(), RENAME_EXCHANGE) == 0) {
          ::unlinkat(directory, temporary.c_str(), 0);
        }
        break;
      case NewName::Undo::Nothing:
        break;
    }
    close(each->name);
    for (const std::size_t index : each->jobs) results_[index] = error;
  }
  new_names_.clear();
}

void DiskFiles::close(const std::string& name) {
  const auto known = appended_.find(name);
  if (known == appended_.end()) return;
  ::close(known->second.descriptor);
  appended_.erase(known);
}

}  // namespace portreeve::runtime
