using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PPYolo.Train.Runtime;

NativeEnvironment.Prepare();

// In this process: a generated project would lack libtorch. Few, long iterations: each is milliseconds to seconds.
var job = Job
    .Default.WithToolchain(InProcessEmitToolchain.Instance)
    .WithWarmupCount(2)
    .WithIterationCount(7)
    .WithInvocationCount(1)
    .WithUnrollFactor(1);
BenchmarkSwitcher
    .FromAssembly(typeof(PPYolo.Benchmarks.StepBenchmarks).Assembly)
    .Run(args, DefaultConfig.Instance.AddJob(job).WithOptions(ConfigOptions.DisableOptimizationsValidator));
