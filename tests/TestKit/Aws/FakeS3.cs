using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>
/// S3 of the fake, path style: buckets, conditional puts that are atomic, ranged gets, paged listings, checksums verified. Owns the
/// way from request to answer and the faults on it. Does not own what a bucket does (<see cref="FakeBucket"/>).
/// </summary>
public sealed class FakeS3
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, FakeBucket> _buckets = [];
    private readonly List<S3Call> _calls = [];
    private long _bytesServed;

    /// <summary>What happens to each call; may be changed at any time, and is asked on several threads at once.</summary>
    public Func<S3Call, S3Fault> Faults { get; set; } = _ => S3Fault.None;

    /// <summary>Keys on a page of a listing, as far as the client does not ask for fewer.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Puts are unconditional whatever they ask for, as at a service that does not know conditions.</summary>
    public bool IgnoresConditions { get; set; }

    /// <summary>Gets answer with the whole object whatever part they ask for, as at a service that does not know ranges.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>Bytes of objects sent to clients.</summary>
    public long BytesServed => Interlocked.Read(ref _bytesServed);

    public IReadOnlyList<S3Call> Calls
    {
        get
        {
            lock (_lock) return [.. _calls];
        }
    }

    /// <summary>A plan in which each call fails with that probability, in one of the given ways. Equal seeds and calls, equal faults.</summary>
    public static Func<S3Call, S3Fault> Chance(int seed, double probability, params S3Fault[] kinds)
    {
        var random = new Random(seed);
        return _ =>
        {
            lock (random) return random.NextDouble() < probability ? kinds[random.Next(kinds.Length)] : S3Fault.None;
        };
    }

    /// <summary>A plan in which quiet stretches of calls and storms, where most calls fail, take turns; lengths are drawn up to those given.</summary>
    public static Func<S3Call, S3Fault> Storms(int seed, int quiet, int storm, params S3Fault[] kinds)
    {
        var random = new Random(seed);
        bool isStorm = false;
        int left = random.Next(quiet);
        return _ =>
        {
            lock (random)
            {
                if (left-- == 0)
                {
                    isStorm = !isStorm;
                    left = random.Next(isStorm ? storm : quiet);
                }

                return isStorm && random.Next(4) > 0 ? kinds[random.Next(kinds.Length)] : S3Fault.None;
            }
        };
    }

    public void CreateBucket(string name)
    {
        lock (_lock) _buckets.TryAdd(name, new FakeBucket());
    }

    /// <summary>Puts an object without a request, as another writer would.</summary>
    public void Put(string bucket, string key, ReadOnlySpan<byte> content)
    {
        CreateBucket(bucket);
        lock (_lock) _buckets[bucket].Put(key, new FakeObject(content.ToArray()));
    }

    internal async Task HandleAsync(HttpContext context)
    {
        S3Call call = Register(context.Request);
        S3Fault fault = Faults(call);
        S3Answer answer = await AnswerAsync(context, call, fault);
        switch (fault)
        {
            case S3Fault.Drop or S3Fault.DropAfter:
                context.Abort();
                return;
            case S3Fault.HangAfter:
                var gone = new TaskCompletionSource();
                await using (context.RequestAborted.Register(gone.SetResult)) await gone.Task;
                return;
            case S3Fault.InternalErrorAfter:
                answer = S3Answer.Error(500, "InternalError", "We encountered an internal error. Please try again.");
                break;
            case S3Fault.Corrupt when answer.Body.Length > 0:
                byte[] body = answer.Body.ToArray();
                body[^1] ^= 1;
                answer = answer with { Body = body };
                break;
        }

        if (call.Method == "GET" && call.Key.Length > 0 && answer.IsSuccess) Interlocked.Add(ref _bytesServed, answer.Body.Length);
        await answer.WriteAsync(context);
    }

    private S3Call Register(HttpRequest request)
    {
        // The raw target, because the server's own decoding leaves %2F alone.
        string path = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].TrimStart('/');
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string bucket = slash < 0 ? path : path[..slash];
        string key = slash < 0 ? "" : Uri.UnescapeDataString(path[(slash + 1)..]);
        string? condition = request.Headers.IfNoneMatch.FirstOrDefault() ?? request.Headers.IfMatch.FirstOrDefault();
        lock (_lock)
        {
            var call = new S3Call(_calls.Count, request.Method, bucket, key, condition, request.Headers.Range.FirstOrDefault());
            _calls.Add(call);
            return call;
        }
    }

    private async Task<S3Answer> AnswerAsync(HttpContext context, S3Call call, S3Fault fault)
    {
        switch (fault)
        {
            case S3Fault.SlowDown: return S3Answer.Error(503, "SlowDown", "Please reduce your request rate.");
            case S3Fault.InternalError: return S3Answer.Error(500, "InternalError", "We encountered an internal error. Please try again.");
            case S3Fault.Conflict: return S3Answer.Error(409, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation against this resource.");
            case S3Fault.LostRace: return S3Answer.PreconditionFailed;
            case S3Fault.AccessDenied: return S3Answer.Error(403, "AccessDenied", "Access Denied");
            case S3Fault.BadSignature: return S3Answer.Error(403, "SignatureDoesNotMatch", $"The string to sign was x-amz-security-token:{context.Request.Headers["X-Amz-Security-Token"]}");
            case S3Fault.Drop: return S3Answer.Done;
        }

        if (!context.Request.Headers.Authorization.ToString().StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal))
            return S3Answer.Error(403, "AccessDenied", "Anonymous access is forbidden for this operation");
        S3Body body = call is { Method: "PUT", Key.Length: > 0 } ? await S3Body.ReadAsync(context.Request) : S3Body.None;
        if (body.Problem is { } problem) return S3Answer.Error(400, "BadDigest", problem);
        lock (_lock) return call.Key.Length == 0 ? OnBucket(context.Request, call) : OnObject(context.Request, call, body);
    }

    private S3Answer OnBucket(HttpRequest request, S3Call call)
    {
        if (call.Method == "PUT")
        {
            CreateBucket(call.Bucket);
            return S3Answer.Done;
        }

        if (!_buckets.TryGetValue(call.Bucket, out FakeBucket? bucket)) return S3Answer.NoSuchBucket(call.Bucket);
        if (call.Method == "HEAD") return S3Answer.Done;
        if (call.Method != "GET" || request.Query["list-type"] != "2") return S3Answer.NotImplemented(call.Method);
        int limit = int.TryParse(request.Query["max-keys"], CultureInfo.InvariantCulture, out int asked) ? Math.Min(asked, PageSize) : PageSize;
        return bucket.List(call.Bucket, S3Listing.Of(request.Query, limit));
    }

    private S3Answer OnObject(HttpRequest request, S3Call call, S3Body body)
    {
        if (!_buckets.TryGetValue(call.Bucket, out FakeBucket? bucket)) return S3Answer.NoSuchBucket(call.Bucket);
        return call.Method switch
        {
            "GET" or "HEAD" => bucket.Get(call.Key, request.Headers.IfMatch.FirstOrDefault(), IgnoresRanges ? null : call.Range),
            "PUT" when IgnoresConditions => bucket.PutIf(call.Key, new FakeObject(body.Content), null, null),
            "PUT" => bucket.PutIf(call.Key, new FakeObject(body.Content), request.Headers.IfNoneMatch.FirstOrDefault(), request.Headers.IfMatch.FirstOrDefault()),
            "DELETE" => bucket.Delete(call.Key),
            _ => S3Answer.NotImplemented(call.Method),
        };
    }
}
