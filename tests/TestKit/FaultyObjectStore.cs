using System.Runtime.CompilerServices;
using Streaming.Shared.Objects;

namespace Streaming.Tests.TestKit;

/// <summary>What happens to a call.</summary>
public enum Fault
{
    None,

    /// <summary>The call fails and did nothing.</summary>
    FailBefore,

    /// <summary>The call takes place, and then its answer is lost.</summary>
    FailAfter,

    /// <summary>The process dies before the call takes place.</summary>
    CrashBefore,

    /// <summary>The process dies after the call took place.</summary>
    CrashAfter,
}

/// <summary>A store in front of another one, in which calls fail by plan. After a crash no call gets through: the process is dead.</summary>
public sealed class FaultyObjectStore(IObjectStore inner, Func<string, string, Fault> plan) : IObjectStore
{
    private volatile bool _isDead;

    public string Address => inner.Address;

    public Task CheckWritableAsync(CancellationToken cancellation) => RunAsync("check", "", async () =>
    {
        await inner.CheckWritableAsync(cancellation);
        return true;
    });

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
        => RunAsync("get", key, () => inner.GetAsync(key, cancellation));

    public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
        => RunAsync("put", key, () => inner.PutAsync(key, content, expectedTag, cancellation));

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (string key in await RunAsync("list", prefix, () => inner.ListAsync(prefix, cancellation).ToArrayAsync(cancellation).AsTask())) yield return key;
    }

    public Task DeleteAsync(string key, CancellationToken cancellation) => RunAsync("delete", key, async () =>
    {
        await inner.DeleteAsync(key, cancellation);
        return true;
    });

    private async Task<T> RunAsync<T>(string operation, string key, Func<Task<T>> call)
    {
        Fault fault = _isDead ? Fault.CrashBefore : plan(operation, key);
        _isDead |= fault is Fault.CrashBefore or Fault.CrashAfter;
        if (fault == Fault.CrashBefore) throw new ProcessCrashException();
        if (fault == Fault.FailBefore) throw new StoreUnavailableException($"{operation} {key}: injected, nothing was done");
        T result = await call();
        if (fault == Fault.CrashAfter) throw new ProcessCrashException();
        if (fault == Fault.FailAfter) throw new StoreUnavailableException($"{operation} {key}: injected, the answer was lost");
        return result;
    }
}

/// <summary>Stands for the death of the process: nothing may catch it.</summary>
public sealed class ProcessCrashException() : Exception("The process died here.");
