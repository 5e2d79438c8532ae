using Mono.Cecil;
using Mono.Cecil.Cil;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Memory;
using PPYolo.Tests.Unit.House.Walls;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using TorchSharp;

namespace PPYolo.Tests.Unit.House;

/// <summary>
/// On a card, a number that the program reads waits for all that was asked of the card. What a training step runs reads by
/// <see cref="HostRead" /> alone, and rarely.
/// </summary>
public sealed class HostReadTests
{
    /// <summary>What runs in a step; tracing and kinks belong to it only where somebody watches.</summary>
    private static readonly string[] OfStep =
    [
        "PPYolo.Kernels",
        "PPYolo.Model",
        "PPYolo.Train.Optimization",
        "PPYolo.Train.Ranks",
        "PPYolo.Train.Stepping",
    ];

    /// <summary>Addresses of tensors that are known to be on the CPU, and what only runs where a step is traced.</summary>
    private static readonly string[] Allowed =
    [
        nameof(HostRead),
        nameof(TensorMemory),
        "ElementwiseUpdate",
        "HostMemory",
        "KinkScan",
        "KinkWatch",
        "NearKinks",
    ];

    private static readonly string[] Reads =
    [
        "item",
        "cpu",
        "data",
        "get_bytes",
        "set_bytes",
        "tolist",
        "print",
        "ToSingle",
        "ToDouble",
        "ToInt32",
        "ToInt64",
        "ToBoolean",
    ];

    [Theory]
    [InlineData("PPYolo.Kernels")]
    [InlineData("PPYolo.Model")]
    [InlineData("PPYolo.Train")]
    public void A_step_reads_numbers_in_one_place(string assembly)
    {
        using var module = Room.OfSource.Single(room => room.Assembly == assembly).Read();

        Found(module)
            .Where(place => !Array.Exists(Allowed, type => place.StartsWith($"{type}.", StringComparison.Ordinal)))
            .Should()
            .BeEmpty("use {0}", nameof(HostRead));
    }

    [Fact]
    public void What_reads_elsewhere_is_found()
    {
        using var module = Room.OfSource.Single(room => room.Assembly == "PPYolo.Kernels").Read();

        Found(module).Should().Contain(["HostRead.Elements: cpu", "NearKinks.Shares: cpu"], "these read, and are seen to");
    }

    [Theory]
    [InlineData("clipGradNorm=null", 1)]
    [InlineData("clipGradNorm=35", 2)]
    public void An_iteration_reads_its_losses_and_all_norms_at_once(string setting, int reads)
    {
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=2", "sizes=[64]", "dropBlock=false", setting]);
        var network = options.ToNetwork();
        using var step = new TrainStep(StepParts.Of(TestTensors.Network(network), options.ToRecipe(), 2));
        var batches = new GeneratedBatches("1", 2, [64], network);
        step.Run(batches.At(0));

        var before = HostRead.Count;
        step.Run(batches.At(1));

        (HostRead.Count - before).Should().Be(reads);
    }

    [Fact]
    public void Over_ranks_there_is_one_for_each_norm_and_one_each_for_sum_and_checksum()
    {
        using var path = CpuPath.Close(kernels: false, memory: true);
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=2", "sizes=[64]", "clipGradNorm=null"]);
        var start = StartWeights.Parse("generator:1").For(options.ToNetwork());
        var norms = start.Names.Count(name => name.EndsWith("running_mean", StringComparison.Ordinal));
        long Reads(int iterations)
        {
            var plan = new RunPlan(options, start, RankBatches.Generated("1", options, [1, 1], perRankSizes: false), iterations, "1");
            var before = HostRead.Count;
            ThreadRanks.Run(2, ranks => IterationLoop.Execute(plan, ranks));
            return HostRead.Count - before;
        }

        (Reads(2) - Reads(1)).Should().Be(2 * (1 + 1 + norms + 1), "each rank reads its losses, their sum, norms and the checksum");
    }

    private static List<string> Found(ModuleDefinition module) =>
        [
            .. from type in module.GetTypes()
            where OfStep.Any(space => (UsedTypes.Outermost(type).Namespace + ".").StartsWith(space + ".", StringComparison.Ordinal))
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            where instruction.OpCode.Code is Code.Call or Code.Callvirt
            let called = (MethodReference)instruction.Operand
            where
                Reads.Contains(called.Name)
                && called.DeclaringType.FullName is var owner
                && (owner == typeof(torch.Tensor).FullName!.Replace('+', '/') || owner.StartsWith("TorchSharp.TensorExtensionMethods"))
            select $"{UsedTypes.Outermost(type).Name}.{method.Name}: {called.Name}",
        ];
}
