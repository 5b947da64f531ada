#include "firmware/runtime/bus_pump.h"

#include <string>
#include <vector>

#include "tests/fakes/private_bus.h"
#include "tests/fakes/run_until.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace std::chrono_literals;

namespace {

// One connection to the bus, pumped.
struct Connection {
  Connection(boost::asio::io_context& context, const std::string& address) {
    sd_bus_new(&bus);
    sd_bus_set_address(bus, address.c_str());
    sd_bus_set_bus_client(bus, 1);
    CHECK(sd_bus_start(bus) >= 0);
    sd_bus_get_unique_name(bus, &name);  // waits for the greeting
    pump = std::make_unique<runtime::BusPump>(context, bus, [this](int error) { lost = error; });
  }
  ~Connection() {
    for (sd_bus_message* message : unanswered) sd_bus_message_unref(message);
    pump.reset();
    sd_bus_flush_close_unref(bus);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sd_bus* bus = nullptr;
  const char* name = nullptr;
  std::unique_ptr<runtime::BusPump> pump;
  int lost = 0;
  std::vector<sd_bus_message*> unanswered;
};

int echo(sd_bus_message* call, void*, sd_bus_error*) {
  const char* text = nullptr;
  sd_bus_message_read(call, "s", &text);
  return sd_bus_reply_method_return(call, "s", text);
}

int never(sd_bus_message* call, void* server, sd_bus_error*) {
  static_cast<Connection*>(server)->unanswered.push_back(sd_bus_message_ref(call));
  return 1;
}

const sd_bus_vtable kServer[] = {SD_BUS_VTABLE_START(0),
                                 SD_BUS_METHOD("Echo", "s", "s", echo, SD_BUS_VTABLE_UNPRIVILEGED),
                                 SD_BUS_METHOD("Never", "s", "", never, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};

struct Answers {
  int good = 0, timed_out = 0, other = 0;
};

int count(sd_bus_message* answer, void* answers, sd_bus_error*) {
  auto& counted = *static_cast<Answers*>(answers);
  const sd_bus_error* error = sd_bus_message_get_error(answer);
  if (error == nullptr)
    ++counted.good;
  else if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY))
    ++counted.timed_out;
  else
    ++counted.other;
  return 0;
}

}  // namespace

TEST_GROUP(BusPump) {
  fakes::PrivateBus bus;
  boost::asio::io_context context;
  Connection server{context, bus.address()};
  Connection client{context, bus.address()};
  Answers answers;

  void setup() override { sd_bus_add_object_vtable(server.bus, nullptr, "/a", "a.b", kServer, &server); }

  void call(const char* method, const std::string& text, std::uint64_t time_out_usec = 0) {
    sd_bus_message* message = nullptr;
    sd_bus_message_new_method_call(client.bus, &message, server.name, "/a", "a.b", method);
    sd_bus_message_append(message, "s", text.c_str());
    CHECK(sd_bus_call_async(client.bus, nullptr, message, count, &answers, time_out_usec) >= 0);
    sd_bus_message_unref(message);
    client.pump->kick();
  }
};

TEST(BusPump, AnswersManyCallsSmallAndLarge) {
  for (int i = 0; i < 200; ++i) call("Echo", "hello");
  for (int i = 0; i < 40; ++i) call("Echo", std::string(400'000, 'x'));
  CHECK(fakes::run_until(context, [&] { return answers.good == 240; }));
  LONGS_EQUAL(0, answers.timed_out + answers.other);
}

TEST(BusPump, EndsCallsThatNobodyAnswersAtTheirTimeOut) {
  for (int i = 0; i < 5; ++i) call("Never", "hello", 300'000);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(fakes::run_until(
      context, [&] { return answers.timed_out == 5; }, 3s));
  CHECK(std::chrono::steady_clock::now() - begin >= 290ms);
}

TEST(BusPump, SeesMessagesThatABlockingCallLeftInTheQueue) {
  call("Echo", "hello");
  CHECK(fakes::run_until(context, [&] { return answers.good == 1; }));
  for (int i = 0; i < 20; ++i) call("Echo", "hello");
  context.restart();
  context.run_for(1ms);
  // Reads until the driver's answer: the echoes that came before it stay queued inside sd-bus.
  CHECK(sd_bus_call_method(client.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId",
                           nullptr, nullptr, "") >= 0);
  client.pump->kick();
  CHECK(fakes::run_until(context, [&] { return answers.good == 21; }));
}

TEST(BusPump, DoesNothingWhileNothingHappens) {
  call("Echo", "hello");
  CHECK(fakes::run_until(context, [&] { return answers.good == 1; }));
  context.restart();
  context.run_for(50ms);
  context.restart();
  LONGS_EQUAL(0, context.run_for(500ms));
}

TEST(BusPump, TellsOnceThatTheBusIsGone) {
  bus.stop();
  CHECK(fakes::run_until(context, [&] { return client.lost != 0 && server.lost != 0; }));
  context.restart();
  LONGS_EQUAL(0, context.run_for(50ms));
}

TEST(BusPump, MayGoWhileItsHandlersAreQueued) {
  call("Echo", "hello");
  client.pump.reset();
  context.restart();
  context.run_for(50ms);
  LONGS_EQUAL(0, answers.good);
}
