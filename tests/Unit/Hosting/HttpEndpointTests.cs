using Streaming.Shared;
using Streaming.Shared.Hosting;

namespace Streaming.Tests.Unit.Hosting;

public sealed class HttpEndpointTests
{
    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("localhost:0", "127.0.0.1:0")]
    [InlineData("[::1]:9", "[::1]:9")]
    [InlineData("0.0.0.0:65535", "0.0.0.0:65535")]
    public void AddressWithPort_IsTaken(string text, string address)
    {
        HttpEndpoint endpoint = HttpEndpoint.Parse(text);
        Assert.Equal(address, endpoint.Address!.ToString());
        Assert.True(endpoint.IsExplicit);
    }

    [Fact]
    public void Off_IsNowhere() => Assert.Null(HttpEndpoint.Parse("off").Address);

    [Theory]
    [InlineData("")]
    [InlineData("8080")]
    [InlineData(":8080")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("::1:8080")]
    [InlineData("example.com:8080")]
    [InlineData("http://127.0.0.1:8080")]
    public void AnythingElse_IsRefused(string text) => Assert.Throws<UsageException>(() => HttpEndpoint.Parse(text));
}
