using Amazon.Runtime;

namespace Streaming.Shared.Objects.S3;

/// <summary>
/// The connections of one S3 client, reused by all its calls. Owns the pool and the two ways into it: a plain one, and one through which a request
/// goes once.
/// </summary>
internal sealed class S3Connections : IDisposable
{
    private readonly SocketsHttpHandler _pool;
    private readonly HttpClient _plain;
    private readonly HttpClient _sendOnce;

    public S3Connections(int maxConnections)
    {
        _pool = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = maxConnections,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // S3 moves its addresses; a connection that lives for ever would miss it.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // A redirect could lead from https to http. The SDK itself follows those of S3.
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        // Calls have their own limits.
        _plain = new HttpClient(_pool, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        _sendOnce = new HttpClient(new SendOnceHandler(_pool)) { Timeout = Timeout.InfiniteTimeSpan };
        Plain = new Factory(_plain);
        SendOnce = new Factory(_sendOnce);
    }

    public HttpClientFactory Plain { get; }

    public HttpClientFactory SendOnce { get; }

    public void Dispose()
    {
        _plain.Dispose();
        _sendOnce.Dispose();
        _pool.Dispose();
    }

    private sealed class Factory(HttpClient client) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }

    /// <summary>
    /// Hides a broken connection from the SDK, which sends a request up to ten more times when it sees one, whatever
    /// <c>MaxErrorRetry</c> says (AWSSDK.Core 4.0.102), and looks for it among inner exceptions too: so there is none.
    /// </summary>
    private sealed class SendOnceHandler(HttpMessageHandler pool) : DelegatingHandler(pool)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException)
            {
                throw new NoAnswerException(broken.Message);
            }
        }
    }
}

/// <summary>The connection failed before the answer to a call that is sent only once. Whether it took place is unknown.</summary>
public sealed class NoAnswerException(string message) : Exception(message);
