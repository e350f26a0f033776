using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>
/// Kinesis of the fake: one call in, one answer out, with the service's limits and the faults that a test has switched on. Owns
/// the streams. What an operation does is in <see cref="KinesisOperations"/>.
/// </summary>
public sealed class FakeKinesis
{
    private static readonly TimeSpan SignatureLife = TimeSpan.FromMinutes(5);

    private readonly KinesisOperations _operations;
    private int _calls;

    public FakeKinesis() => _operations = new KinesisOperations(this);

    public int Calls => _calls;

    /// <summary>How often each operation was called.</summary>
    public ConcurrentDictionary<string, int> CallsOf { get; } = new();

    public KinesisFaults Faults { get; set; } = new(seed: 1);

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public int ShardsPerPage { get; set; } = 1000;

    /// <summary>After a reshard the stream is said to be UPDATING so often, and takes no other meanwhile.</summary>
    public int LooksWhileUpdating { get; set; }

    public TimeSpan IteratorLife { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>By name; to be looked at while no call runs.</summary>
    public Dictionary<string, FakeKinesisStream> Streams => _operations.Streams;

    /// <summary>Forgets the oldest records of every shard, as the end of the retention does.</summary>
    public void Trim(string stream, int records) => _operations.Trim(stream, records);

    /// <summary>Splits, merges: whatever a test wants to happen between two calls.</summary>
    public void Change(string stream, Action<FakeKinesisStream> change) => _operations.Change(stream, change);

    internal long NowMillis => (Time.GetUtcNow() + Faults.ClockSkew).ToUnixTimeMilliseconds();

    public async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref _calls);
        Faults.BeginCall();
        string operation = context.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1];
        CallsOf.AddOrUpdate(operation, 1, (_, count) => count + 1);
        context.Response.Headers.Date = DateTimeOffset.FromUnixTimeMilliseconds(NowMillis).ToString("R", CultureInfo.InvariantCulture);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        try
        {
            CheckSignature(context, operation);
            if (Faults.Draw(Faults.Throttle)) throw new FakeKinesisError("ProvisionedThroughputExceededException", "Rate exceeded for shard");
            bool isFailing = Faults.Draw(Faults.ServerError);
            bool isCut = Faults.Draw(Faults.DroppedConnection);
            bool isLate = Faults.Draw(Faults.AfterTheWork);
            if (isFailing && !isLate) throw new FakeKinesisError("InternalFailure", "Something broke", 500);
            if (isCut && !isLate)
            {
                context.Abort();
                return;
            }

            using JsonDocument request = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
            ArrayBufferWriter<byte> answer = _operations.Run(operation, request.RootElement);
            if (isFailing) throw new FakeKinesisError("InternalFailure", "Something broke, afterwards", 500);
            await AnswerAsync(context, answer, isCut);
        }
        catch (FakeKinesisError e)
        {
            await AwsJson.ErrorAsync(context, e.Status, e.Code, e.Message);
        }
    }

    private async Task AnswerAsync(HttpContext context, ArrayBufferWriter<byte> answer, bool isCut)
    {
        if (isCut)
        {
            context.Abort();
            return;
        }

        if (Faults.Draw(Faults.TimeoutAfterSuccess))
        {
            Faults.CountTimeout();
            var gone = new TaskCompletionSource();
            await using CancellationTokenRegistration registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            return;
        }

        context.Response.ContentType = "application/x-amz-json-1.1";
        context.Response.ContentLength = answer.WrittenCount;
        await context.Response.Body.WriteAsync(answer.WrittenMemory);
    }

    private void CheckSignature(HttpContext context, string operation)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("AWS4-HMAC-SHA256 Credential=", StringComparison.Ordinal) || !authorization.Contains("/kinesis/aws4_request", StringComparison.Ordinal))
            throw new FakeKinesisError("MissingAuthenticationTokenException", "Missing Authentication Token");
        var signed = DateTimeOffset.ParseExact(
            context.Request.Headers["X-Amz-Date"].ToString(), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if ((DateTimeOffset.FromUnixTimeMilliseconds(NowMillis) - signed).Duration() > SignatureLife)
            throw new FakeKinesisError("InvalidSignatureException", $"Signature expired; the canonical string was x-amz-security-token:{context.Request.Headers["X-Amz-Security-Token"]}");
        if (Faults.RefusedCredentials is { } code)
            throw new FakeKinesisError(code, $"The Canonical String should have been 'POST / x-amz-security-token:{context.Request.Headers["X-Amz-Security-Token"]}'");
        if (Faults.DeniedOperations.Contains(operation))
            throw new FakeKinesisError("AccessDeniedException", $"User: arn:aws:iam::000000000000:user/x is not authorized to perform: kinesis:{operation}");
    }
}
