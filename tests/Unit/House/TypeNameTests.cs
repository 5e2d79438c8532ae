using System.Runtime.CompilerServices;
using PPYolo.Align.Tensors;
using PPYolo.Cli.Commands;
using PPYolo.Data.Batches;
using PPYolo.Harness.Replay;
using PPYolo.Kernels.Operations;
using PPYolo.Model;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Unit.House;

public sealed class TypeNameTests
{
    private static readonly Type[] Rooms =
    [
        typeof(Operation<>),
        typeof(PPYoloNetwork),
        typeof(NamedTensors),
        typeof(Batch),
        typeof(TrainStep),
        typeof(ReplayScenario),
        typeof(CommandLine),
    ];

    [Fact]
    public void No_name_of_a_type_stands_twice()
    {
        var types = Rooms
            .SelectMany(room => room.Assembly.GetTypes())
            .Where(type =>
                !type.IsNested
                && type.Namespace?.StartsWith("PPYolo.", StringComparison.Ordinal) == true
                && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            )
            .ToList();

        types.Should().HaveCountGreaterThan(400, "all rooms must be there");
        types
            .GroupBy(type => type.Name)
            .Where(same => same.Count() > 1)
            .Select(same => string.Join(" and ", same.Select(type => type.FullName)))
            .Should()
            .BeEmpty("a reader must know which is which");
    }
}
