// Raw sockets and small JSON-RPC calls for the tests of the server.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace touchstone::test {

class RawClient {
  public:
    using tcp = boost::asio::ip::tcp;

    // `authorization`: the header of all calls, or empty.
    explicit RawClient(std::uint16_t port, std::string authorization = {})
        : socket_(context_), authorization_(std::move(authorization)) {
        socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    }
    void send(std::string_view bytes) {
        boost::system::error_code ignored;  // a server that has closed already is what some tests look for
        boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), ignored);
    }
    // Something came that was not read yet.
    bool has_input() const { return socket_.available() > 0; }
    void finish_sending() { socket_.shutdown(tcp::socket::shutdown_send); }
    // Everything until the server closes.
    std::string read_all() {
        boost::system::error_code error;
        while (!error) fill(error);
        return std::move(input_);
    }
    // One reply with a Content-Length: its status and body.
    std::pair<int, std::string> reply() {
        boost::system::error_code error;
        std::size_t end;
        while ((end = input_.find("\r\n\r\n")) == std::string::npos && !error) fill(error);
        if (end == std::string::npos) return {0, {}};
        const std::string head = input_.substr(0, end);
        const std::size_t at = head.find("Content-Length: ");
        const std::size_t size = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
        while (input_.size() < end + 4 + size && !error) fill(error);
        std::pair<int, std::string> answer{std::stoi(head.substr(9, 3)), input_.substr(end + 4, size)};
        input_.erase(0, end + 4 + size);
        return answer;
    }
    void post(std::string_view body) {
        const std::string who = authorization_.empty() ? "" : "Authorization: " + authorization_ + "\r\n";
        send("POST / HTTP/1.1\r\nHost: t\r\n" + who + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
             std::string(body));
    }
    std::pair<int, std::string> get(std::string_view target) {
        send("GET " + std::string(target) + " HTTP/1.1\r\nHost: t\r\n\r\n");
        return reply();
    }
    nlohmann::json call(const std::string& method, const nlohmann::json& params = nlohmann::json::object()) {
        post(nlohmann::json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}}.dump());
        return nlohmann::json::parse(reply().second);
    }

  private:
    void fill(boost::system::error_code& error) {
        char chunk[65536];
        const std::size_t size = socket_.read_some(boost::asio::buffer(chunk), error);
        input_.append(chunk, size);
    }
    boost::asio::io_context context_;
    tcp::socket socket_;
    std::string authorization_;
    std::string input_;
};

}  // namespace touchstone::test
