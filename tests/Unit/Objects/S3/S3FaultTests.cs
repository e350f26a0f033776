using Streaming.Shared.Objects;
using Streaming.Shared.Objects.S3;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Objects.S3;

/// <summary>What each kind of failure on the wire becomes at the seam.</summary>
public sealed class S3FaultTests : IAsyncLifetime
{
    private S3Fixture _s3 = null!;

    private FakeS3 Fake => _s3.Aws.S3;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync() => _s3 = await S3Fixture.StartAsync();

    public ValueTask DisposeAsync() => _s3.DisposeAsync();

    // On a connection that was used before, where the HTTP client itself might try again.
    [Theory]
    [InlineData(S3Fault.DropAfter, true)]
    [InlineData(S3Fault.DropAfter, false)]
    [InlineData(S3Fault.HangAfter, true)]
    [InlineData(S3Fault.HangAfter, false)]
    [InlineData(S3Fault.InternalErrorAfter, true)]
    [InlineData(S3Fault.InternalErrorAfter, false)]
    public async Task PutWhoseAnswerIsLost_IsSentOnceAndNeitherSuccessNorConflict(S3Fault fault, bool isFirst)
    {
        S3ObjectStore store = _s3.Open(hasty: true);
        string? tag = isFirst ? null : await store.PutAsync("a", "old"u8.ToArray(), null, None);
        await store.GetAsync("a", None);
        Fake.Faults = call => call.Method == "PUT" ? fault : S3Fault.None;
        foreach (byte[] content in (byte[][])["new"u8.ToArray(), []])
        {
            int before = Fake.Calls.Count;
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutAsync("a", content, tag, None));
            Assert.Single(Fake.Calls.Skip(before));
            StoredObject found = (await store.GetAsync("a", None))!;
            Assert.True(found.Content.Span.SequenceEqual(content));
            await store.DeleteAsync("a", None);
            if (!isFirst)
            {
                Fake.Faults = _ => S3Fault.None;
                tag = await store.PutAsync("a", "old"u8.ToArray(), null, None);
                Fake.Faults = call => call.Method == "PUT" ? fault : S3Fault.None;
            }
        }
    }

    [Theory]
    [InlineData(S3Fault.SlowDown, "503 SlowDown")]
    [InlineData(S3Fault.InternalError, "500 InternalError")]
    [InlineData(S3Fault.Conflict, "409 ConditionalRequestConflict")]
    [InlineData(S3Fault.AccessDenied, "Allow s3:PutObject on arn:aws:s3:::test-bucket/some/lake/a")]
    [InlineData(S3Fault.Drop, "Check the endpoint")]
    public async Task PutThatFails_SaysWhyAndLeavesTheRepeatToTheCaller(S3Fault fault, string message)
    {
        Fake.Faults = _ => fault;
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => _s3.Open().PutAsync("a", "x"u8.ToArray(), null, None));
        Assert.StartsWith($"{S3Fixture.Address}: s3:PutObject on arn:aws:s3:::test-bucket/some/lake/a failed: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Single(Fake.Calls);
    }

    [Fact]
    public async Task RefusedSignature_IsNamedWithoutItsSecrets()
    {
        Fake.Faults = _ => S3Fault.BadSignature;
        S3ObjectStore store = _s3.Open();
        foreach (Func<Task> call in (Func<Task>[])[() => store.GetAsync("a", None), () => store.PutAsync("a", default, null, None)])
        {
            string text = (await Assert.ThrowsAsync<StoreUnavailableException>(call)).ToString();
            Assert.Contains("403 SignatureDoesNotMatch. Renew the credentials", text, StringComparison.Ordinal);
            Assert.DoesNotContain(FakeAws.SessionToken, text, StringComparison.Ordinal);
            Assert.DoesNotContain(FakeAws.SecretKey, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task LostRace_IsALostConditionAndNoError()
    {
        Fake.Faults = _ => S3Fault.LostRace;
        Assert.Null(await _s3.Open().PutAsync("a", "x"u8.ToArray(), null, None));
        Assert.Null(await _s3.Open().PutAsync("a", "x"u8.ToArray(), "\"0\"", None));
    }

    [Theory]
    [InlineData(S3Fault.SlowDown)]
    [InlineData(S3Fault.Drop)]
    public async Task GetAndListThatFail_AreTriedAgain(S3Fault fault)
    {
        S3ObjectStore store = _s3.Open();
        await store.PutAsync("a", "x"u8.ToArray(), null, None);
        Fake.Faults = call => call.Number % 2 == 1 ? fault : S3Fault.None;
        Assert.NotNull(await store.GetAsync("a", None));
        await foreach (string key in store.ListAsync("", None)) Assert.Equal("a", key);
        Assert.Equal(5, Fake.Calls.Count);
    }

    [Fact]
    public async Task FlippedBit_IsNeverRead()
    {
        S3ObjectStore store = _s3.Open(hasty: true);
        await store.PutAsync("a", new byte[1000], null, None);
        Fake.Faults = _ => S3Fault.Corrupt;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GetAsync("a", None));
    }

    [Fact]
    public async Task NoSuchBucket_IsNoMissingObject()
    {
        S3ObjectStore store = _s3.Open("s3://no-such-bucket/lake");
        foreach (Func<Task> call in (Func<Task>[])
            [() => store.GetAsync("a", None), () => store.PutAsync("a", default, null, None), () => store.PutAsync("a", default, "\"0\"", None), () => store.DeleteAsync("a", None), () => store.CheckWritableAsync(None)])
        {
            var error = await Assert.ThrowsAsync<StoreUnavailableException>(call);
            Assert.Contains("Create bucket no-such-bucket", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ServiceThatIgnoresConditions_IsRefusedAtTheCheck()
    {
        Fake.IgnoresConditions = true;
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => _s3.Open().CheckWritableAsync(None));
        Assert.Contains("does not heed If-None-Match", error.Message, StringComparison.Ordinal);
        Assert.Equal("DELETE", Fake.Calls[^1].Method);
    }

    [Fact]
    public async Task Cancelled_IsNoFailureOfTheStore()
    {
        using var stop = new CancellationTokenSource();
        Fake.Faults = _ =>
        {
            stop.Cancel();
            return S3Fault.HangAfter;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _s3.Open().PutAsync("a", default, null, stop.Token));
    }
}
