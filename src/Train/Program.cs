using PPYolo.Train.Runtime;
using PPYolo.Train.Scenarios.Reference;

NativeEnvironment.Prepare();
TorchSharp.torch.set_num_threads(2);
var verdict = ReferenceScenario.Run(args[0], new ReferenceOptions());
foreach (var it in verdict.Iterations)
{
    Console.WriteLine($"{it.Iteration} {it.Size} {it.Rate:R} {string.Join(" ", it.Losses.Select(l => $"{l.Name} {l.Found:G7} {l.Relative:0.0e+0}"))}");
}
foreach (var c in verdict.Checks)
{
    Console.WriteLine($"{(c.Passed ? "ok " : "BAD")} {c.Name,-50} {c.Measured:0.00e+0} / {c.Bound:0.0e+0} noise {c.NoiseRatio:0.00} {c.Worst} {c.Note}");
}
foreach (var t in verdict.Tensors.Take(8))
{
    Console.WriteLine($"{t.Kind} {t.Name} {t.Difference:0.0e+0} {t.Bound:0.0e+0} {t.Moved:0.0e+0}");
}
Console.WriteLine(string.Join("; ", verdict.Measurements) + " " + verdict.Scope);
