using Mono.Cecil;
using Mono.Cecil.Cil;
using PPYolo.Tests.Unit.House.Walls;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.House;

/// <summary>
/// Two ranks on one card wait for each other for ever. So whatever trains, in whichever scenario, gets its device in one place, which gives
/// every rank another one (RankDeviceTests).
/// </summary>
public sealed class DevicePlacementTests
{
    private static readonly string[] Places = [$"{nameof(Trainer)}..ctor"];

    [Fact]
    public void Every_scenario_trains_where_RankDevice_says()
    {
        Callers(nameof(TrainStep), ".ctor").Should().Equal(Places, "training steps are made there alone");
        Callers(nameof(RankDevice), nameof(RankDevice.Of)).Should().Equal(Places, "and on the rank's own device");
    }

    [Fact]
    public void No_other_network_goes_to_a_device_of_ranks() =>
        // The other one reads weights for inference, which one rank does, on the CPU first.
        Callers(nameof(NetworkState), nameof(NetworkState.Create)).Should().Equal("ModelWeights.Network", $"{nameof(Trainer)}.Make");

    private static List<string> Callers(string type, string method) =>
        [.. Room.OfSource.SelectMany(room => Callers(room, type, method)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static List<string> Callers(Room room, string type, string method)
    {
        using var module = room.Read();
        return
        [
            .. from caller in module.GetTypes()
            from body in caller.Methods
            where body.HasBody
            from instruction in body.Body.Instructions
            where instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj
            let called = (MethodReference)instruction.Operand
            where called.Name == method && called.DeclaringType.Name == type
            let outer = UsedTypes.Outermost(caller)
            select caller == outer ? $"{outer.Name}.{body.Name}" : $"{outer.Name}.{body.Name.Split('>')[0].TrimStart('<')}",
        ];
    }
}
