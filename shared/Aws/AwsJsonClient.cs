using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Amazon.Runtime.Signing;

namespace Streaming.Shared.Aws;

/// <summary>
/// A client of any AWS service that speaks JSON: signs, posts, sorts errors, tries again. Owns connections, credentials, clock
/// correction. Does not know what is in a body. Safe for concurrent calls.
/// </summary>
public sealed class AwsJsonClient : IDisposable
{
    private const int MaxMessageLength = 500;

    private readonly AwsService _service;
    private readonly TimeProvider _time;
    private readonly AwsIdentity _identity;
    private readonly AwsRetry _retry;
    private readonly HttpClient _http;
    private readonly MediaTypeHeaderValue _contentType;
    private long _skewTicks;

    /// <param name="random">Jitter of the pauses between attempts.</param>
    /// <exception cref="UsageException">No region, or an endpoint that is not to be spoken to.</exception>
    public AwsJsonClient(AwsService service, AwsSettings settings, TimeProvider time, Random random, TimeSpan? attemptLimit = null)
    {
        (_service, _time) = (service, time);
        var config = new AwsClientConfig(service, settings);
        Endpoint = AwsEndpoint.Resolve(service, settings, config);
        _identity = new AwsIdentity(config, settings.Credentials);
        _retry = new AwsRetry(time, random, settings.Activity, attemptLimit);
        _contentType = new MediaTypeHeaderValue(service.ContentType);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // One per shard that is read and per put in flight; more wait for a free one.
            MaxConnectionsPerServer = 256,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public AwsEndpoint Endpoint { get; }

    /// <summary>The service's time, as far as it is known.</summary>
    public DateTimeOffset Now => _time.GetUtcNow().AddTicks(Interlocked.Read(ref _skewTicks));

    /// <summary>Carries out one operation; the answer is in <paramref name="response"/>.</summary>
    /// <param name="resource">What it is done to, for messages.</param>
    /// <returns>How many attempts failed with an outcome that is unknown: each may have been carried out.</returns>
    /// <exception cref="AwsException">It failed for good, or as often as it is tried.</exception>
    public async ValueTask<int> SendAsync(
        string operation, string resource, ReadOnlyMemory<byte> body, ResponseBuffer response, CancellationToken cancellation)
    {
        var call = new AwsCall(operation, resource, body, response);
        try
        {
            await _retry.RunAsync(AttemptAsync, call, cancellation);
            return call.UnknownOutcomes;
        }
        catch (Exception e) when (e is not AwsException && AwsErrors.Sort(e) is { } reaction)
        {
            string reason = reaction == AwsReaction.Stop ? "the server's certificate cannot be trusted" : e.GetBaseException().Message;
            throw new AwsException(reaction, e.GetType().Name, $"{Name(call)} got no answer from {Endpoint.Url.GetLeftPart(UriPartial.Authority)}: {reason}", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask AttemptAsync(AwsCall call, CancellationToken cancellation)
    {
        try
        {
            using HttpRequestMessage request = await SignAsync(call, cancellation);
            using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            await call.Response.FillAsync(answer.Content, cancellation);
            if (!answer.IsSuccessStatusCode) throw Fail(call, answer);
        }
        catch (Exception e)
        {
            AwsReaction? reaction = AwsErrors.Sort(e);
            // A cancelled attempt is one that ran into its time limit, or the caller's end, which nobody counts.
            if (reaction == AwsReaction.OutcomeUnknown || e is OperationCanceledException) call.UnknownOutcomes++;
            if (reaction == AwsReaction.RenewCredentials) _identity.Renew();
            throw;
        }
    }

    private async ValueTask<HttpRequestMessage> SignAsync(AwsCall call, CancellationToken cancellation)
    {
        var signing = new AWSSigningRequest { HttpMethod = HttpMethod.Post, RequestUri = Endpoint.Url };
        signing.Headers["X-Amz-Target"] = $"{_service.TargetPrefix}.{call.Operation}";
        signing.Headers["Content-Type"] = _service.ContentType;
        // Hashed here, where the body is a part of a buffer; the signer would want an array of its own.
        signing.Headers["X-Amz-Content-SHA256"] = Convert.ToHexStringLower(SHA256.HashData(call.Body.Span));
        AWSSigningResult signed = await AWSSigV4Signer.SignAsync(
            signing,
            new AWSSigV4Parameters
            {
                Credentials = await _identity.GetAsync(cancellation),
                Region = Endpoint.Region,
                Service = _service.SigningName,
                SignedAt = Now.UtcDateTime,
            },
            cancellation);

        var request = new HttpRequestMessage(HttpMethod.Post, Endpoint.Url) { Content = new ReadOnlyMemoryContent(call.Body) };
        request.Content.Headers.ContentType = _contentType;
        request.Headers.TryAddWithoutValidation("X-Amz-Target", signing.Headers["X-Amz-Target"]);
        foreach ((string name, string value) in signed.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private AwsException Fail(AwsCall call, HttpResponseMessage answer)
    {
        (string code, string message) = ReadError(call.Response, answer);
        TimeSpan skew = answer.Headers.Date is { } date ? date - _time.GetUtcNow() : TimeSpan.Zero;
        bool clockIsOff = (skew - TimeSpan.FromTicks(Interlocked.Read(ref _skewTicks))).Duration() > AwsErrors.WorthCorrecting;
        AwsReaction reaction = AwsErrors.Sort((int)answer.StatusCode, code, clockIsOff);
        if (reaction == AwsReaction.CorrectClock) Interlocked.Exchange(ref _skewTicks, skew.Ticks);
        if (AwsErrors.MayTellSecrets(code)) message = "";
        string[] parts = [$"{Name(call)} failed: {code}.", message, AwsErrors.RemedyOf(code)];
        return new AwsException(reaction, code, string.Join(' ', parts.Where(part => part.Length > 0)));
    }

    private string Name(AwsCall call) => $"{_service.SigningName}:{call.Operation} on {call.Resource} ({Endpoint.Region.SystemName})";

    private static (string Code, string Message) ReadError(ResponseBuffer body, HttpResponseMessage answer)
    {
        string? code = answer.Headers.TryGetValues("x-amzn-ErrorType", out IEnumerable<string>? types) ? types.First() : null;
        string? message = null;
        try
        {
            using var json = JsonDocument.Parse(body.Memory);
            code = Text(json.RootElement, "__type") ?? code;
            message = Text(json.RootElement, "message") ?? Text(json.RootElement, "Message");
        }
        catch (JsonException)
        {
            // A gateway's own page: only the status speaks.
        }

        code ??= "HTTP " + ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        return (ShortCode(code), Clean(message ?? ""));
    }

    private static string? Text(JsonElement error, string name)
        => error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    // com.amazonaws.kinesis.v20131202#ResourceNotFoundException, or ResourceNotFoundException:http://...
    private static string ShortCode(string code)
    {
        string name = code[(code.LastIndexOf('#') + 1)..];
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        return Clean(colon < 0 ? name : name[..colon]);
    }

    private static string Clean(string text)
        => string.Concat(text.Take(MaxMessageLength).Select(letter => char.IsControl(letter) ? ' ' : letter));

    private sealed class AwsCall(string operation, string resource, ReadOnlyMemory<byte> body, ResponseBuffer response)
    {
        public string Operation { get; } = operation;

        public string Resource { get; } = resource;

        public ReadOnlyMemory<byte> Body { get; } = body;

        public ResponseBuffer Response { get; } = response;

        public int UnknownOutcomes { get; set; }
    }
}
