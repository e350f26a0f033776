using Streaming.Tests.Simulation.Checks;
using Streaming.Tests.Simulation.Market;
using Streaming.Tests.Simulation.Network;
using Streaming.Tests.Simulation.Objects;
using Streaming.Tests.Simulation.Scheduling;
using Streaming.Tests.Simulation.Streams;

namespace Streaming.Tests.Simulation;

/// <summary>What there is in a seed, apart from the workers.</summary>
internal sealed class World
{
    public World(Plan plan, TextWriter? trace)
    {
        Plan = plan;
        Scheduler = new Scheduler(plan.Seed);
        History = new History(Scheduler, trace);
        Own = new SimulatedProcess("world", Scheduler, ClockFaults.None);
        Faults = new Faults(plan, Scheduler);
        Stream = new SimulatedStream("simulated-stream", Scheduler, plan.RandomFor("stream"))
        {
            SlowShardEvery = plan.AreShardsUneven ? 3 : 0,
            MissingArrival = plan.MissingArrival,
        };
        Bucket = new SimulatedBucket();
        Oracle = new Oracle(plan.Options.AllowedLateness);
        Watch = new LakeWatch(Bucket, Oracle, plan);
        Retention = new Retention(Stream, Watch.Checkpoints, plan.RandomFor("retention"), what => History.Add("stream", what));
        var producer = new ProducerClient(Stream, new Wire(Own, Scheduler, _ => { }), Faults, what => History.Add("producer", what));
        Source = new TickSource(plan, Stream, producer, Oracle, History, Own.Clock);
    }

    public Plan Plan { get; }

    public Scheduler Scheduler { get; }

    public History History { get; }

    /// <summary>The process of the simulation itself, which never stops and whose clock is true.</summary>
    public SimulatedProcess Own { get; }

    public ProcessClock Clock => Own.Clock;

    public Faults Faults { get; }

    public SimulatedStream Stream { get; }

    public SimulatedBucket Bucket { get; }

    public Oracle Oracle { get; }

    public LakeWatch Watch { get; }

    public Retention Retention { get; }

    public TickSource Source { get; }
}
