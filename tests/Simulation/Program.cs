using Streaming.Tests.Simulation;

return SimulationCommand.Create().Parse(args).Invoke();
