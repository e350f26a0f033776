using Microsoft.Extensions.Logging;
using Streaming.Consumer;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Network;
using Streaming.Tests.Simulation.Objects;
using Streaming.Tests.Simulation.Scheduling;
using Streaming.Tests.Simulation.Streams;

namespace Streaming.Tests.Simulation.Workers;

/// <summary>One life of a worker: a process with the real consumer in it, from its start to its end or death.</summary>
internal sealed class Incarnation
{
    private readonly TaskCompletionSource<Exception?> _ended = new();
    private readonly CancellationTokenSource _drain = new();
    private readonly World _world;
    private readonly StreamClient _stream;
    private readonly StoreClient _store;
    private readonly ConsumerService _service;

    /// <summary>Shards whose lease this life has noticed to be another's; it reads them no more until it takes them again.</summary>
    private readonly HashSet<string> _lost = [];

    /// <param name="stepped">Told at each step of a call to the stream or the store, and how dangerous it is.</param>
    public Incarnation(string name, World world, DataLossReaction onLoss, ClockFaults clock, Action<Incarnation, int> stepped)
    {
        _world = world;
        Process = new SimulatedProcess(name, world.Scheduler, clock);
        var wire = new Wire(Process, world.Scheduler, danger => stepped(this, danger));
        void Log(string what) => world.History.Add(name, what);
        _stream = new StreamClient(world.Stream, wire, world.Faults, Process.Clock, world.Plan.PollInterval, Log) { Reading = CheckReads };
        _store = new StoreClient(world.Bucket, wire, world.Faults, Log);
        _service = new ConsumerService(
            _stream,
            _store,
            world.Plan.Options with { WorkerId = name, OnDataLoss = onLoss },
            Process.Clock,
            world.Plan.RandomFor(name),
            new HistoryLoggers(Log, Note));
    }

    public SimulatedProcess Process { get; }

    public bool IsDraining => _drain.IsCancellationRequested;

    /// <summary>The error it ended with, or null after a clean end; a death is a <see cref="DeathException"/>.</summary>
    public Task<Exception?> Ended => _ended.Task;

    public void Start() => Process.Start(async () =>
    {
        Exception? error = null;
        try
        {
            await _service.RunAsync(_drain.Token);
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        _ended.TrySetResult(error);
    });

    /// <summary>
    /// What may end a consumer although nothing is wrong with it, if just that has befallen this life; it must go on where it was when
    /// it is started again.
    /// </summary>
    public bool MayEndWith(Exception error) => error switch
    {
        DeathException => Process.IsDead,
        StoreUnavailableException => _store.Failures > 0,
        LostRaceException => _store.Conflicts > 0,
        StreamUnavailableException => _stream.Failures > 0,
        DrainTimeoutException => IsDraining,
        StreamDataLossException => _world.Retention.Stuck is { } shard && error.Message.Contains(shard.Id, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>SIGTERM: the process notices when it runs.</summary>
    public void Drain() => Process.Post(_ => _drain.Cancel(), null);

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        Process.Kill();
        _ended.TrySetResult(new DeathException());
    }

    private void Note(EventId logged, string shard)
    {
        const int taken = 201, lost = 211;
        if (logged.Id == lost) _lost.Add(shard);
        if (logged.Id == taken) _lost.Remove(shard);
    }

    private void CheckReads(string shard)
    {
        if (_lost.Contains(shard)) _world.Scheduler.Fail(new ViolationException("reads on", $"{Process.Name} reads {shard}, whose lease it knows to be lost"));
    }

    /// <summary>Log lines are a part of the history.</summary>
    /// <param name="note">Told the event and its shard.</param>
    private sealed class HistoryLoggers(Action<string> log, Action<EventId, string> note) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            log($"[{logLevel}] {formatter(state, exception)}");
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values && values.FirstOrDefault(value => value.Key == "Shard").Value is string shard)
                note(eventId, shard);
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>The process was killed.</summary>
internal sealed class DeathException() : Exception("killed");
