using Amazon.Runtime;
using Amazon.S3;
using Streaming.Shared.Aws;

namespace Streaming.Shared.Objects.S3;

/// <summary>
/// Calls to S3, bounded in number and time. Owns the two SDK clients: one that tries again by itself, and one that never does, for
/// conditional puts. Does not own what is asked, nor what an error means to the caller.
/// <para>
/// A conditional put that is sent again behind our back can meet its own first success: the first answer is lost, the second is 412,
/// and the caller would take its own object for another writer's. So such a put is sent once, and if it has no answer, its outcome is unknown.
/// </para>
/// </summary>
public sealed class S3Client : IDisposable
{
    /// <summary>Calls under way at once; the others wait. Well below what S3 gives one prefix, well above what one consumer needs.</summary>
    private const int MaxConcurrentCalls = 64;

    private readonly S3Connections _connections = new(MaxConcurrentCalls);
    private readonly AmazonS3Client _retrying;
    private readonly AmazonS3Client _once;
    private readonly SemaphoreSlim _free = new(MaxConcurrentCalls);
    private readonly TimeProvider _time;
    private readonly TimeSpan _callLimit;

    /// <exception cref="UsageException">Region or endpoint are not usable.</exception>
    public S3Client(AwsSettings settings, TimeProvider time, S3ClientOptions? options = null)
    {
        options ??= new S3ClientOptions();
        _time = time;
        _callLimit = options.CallLimit;
        _retrying = Create(settings, options.Retries, _connections.Plain);
        _once = Create(settings, retries: 0, _connections.SendOnce);
    }

    /// <summary>A call that may be sent again.</summary>
    public Task<T> CallAsync<T>(Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
        => RunAsync(_retrying, call, cancellation);

    /// <summary>A call that is sent once.</summary>
    /// <exception cref="NoAnswerException">The connection failed before there was an answer.</exception>
    public Task<T> CallOnceAsync<T>(Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
        => RunAsync(_once, call, cancellation);

    public void Dispose()
    {
        _retrying.Dispose();
        _once.Dispose();
        _connections.Dispose();
        _free.Dispose();
    }

    private async Task<T> RunAsync<T>(AmazonS3Client client, Func<IAmazonS3, CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            using var limit = new CancellationTokenSource(_callLimit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            return await call(client, either.Token);
        }
        finally
        {
            _free.Release();
        }
    }

    private static AmazonS3Client Create(AwsSettings settings, int retries, HttpClientFactory connections)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = retries,
            HttpClientFactory = connections,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_SUPPORTED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_SUPPORTED,
        };
        if (settings.Profile is { } profile) config.Profile = new Amazon.Profile(profile);
        AwsEndpoint endpoint = AwsEndpoint.Resolve(AwsService.S3, settings, config);
        if ((settings.EndpointUrl ?? config.ServiceURL) is null)
        {
            config.RegionEndpoint = endpoint.Region;
        }
        else
        {
            config.ServiceURL = endpoint.Url.OriginalString;
            config.AuthenticationRegion = endpoint.Region.SystemName;
            // Other services of S3's protocol have no bucket in their host's name.
            config.ForcePathStyle = true;
        }

        return settings.Credentials is { } credentials ? new AmazonS3Client(credentials, config) : new AmazonS3Client(config);
    }
}

/// <summary>Limits of an S3 client.</summary>
public sealed record S3ClientOptions
{
    /// <summary>A call that takes longer has failed, its outcome unknown.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Times that a call which may be repeated is sent again, with the SDK's jittered backoff, some seconds in all.</summary>
    public int Retries { get; init; } = 4;
}
