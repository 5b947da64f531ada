// A daemon of paper on a bus of its own, and a program that talks to it.
#pragma once

#include <fstream>
#include <string>

#include "firmware/bus/names.h"
#include "firmware/bus/object_server.h"
#include "firmware/runtime/worker_thread.h"
#include "tests/fakes/bus_client.h"
#include "tests/fakes/fake_control.h"
#include "tests/fakes/private_bus.h"
#include "tests/fakes/run_until.h"

namespace portreeve {

struct Served {
  Served() {
    std::ofstream(files.groups) << "root:x:0:\nportreeve:x:4242:edna\n";
    std::ofstream(files.users) << "root:x:0:0::/root:/bin/sh\nedna:x:65534:65534::/:/bin/sh\n";
  }

  void start() {
    if (connection.start()) fakes::run_until(context, [&] { return client.has_owner(); });
    client.record_signals();
  }
  // What the daemon has to say is said once a call made after it is answered.
  void settle() { client.property(bus::kRootPath, bus::kManagerInterface, "Version"); }
  void change() {
    server.changed();
    context.restart();
    context.poll();
    settle();
  }
  std::string property(const char* path, const char* interface, const char* name) {
    return client.property(path, interface, name);
  }

  fakes::PrivateBus bus;
  bus::AccountFiles files{bus.directory() + "/group", bus.directory() + "/passwd"};
  boost::asio::io_context context;
  fakes::FakeControl control;
  runtime::BusConnection connection{context, bus.address()};
  runtime::WorkerThread worker{context};
  bus::ObjectServer server{connection, control, worker, files};
  fakes::BusClient client{context, bus.address()};
};

}  // namespace portreeve
