using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using PPYolo.Kernels.Operations;
using PPYolo.Tests.Unit.House.Walls;
using PPYolo.Tests.Unit.Kernels.Operations;
using TorchSharp;

namespace PPYolo.Tests.Unit.House;

/// <summary>
/// Looks through compiled code for numbers that are handed to libtorch without anything that keeps them: see <see cref="Scalars"/>. What
/// TorchSharp does inside is read from its own code, so a new version of it is looked through as well.
/// </summary>
public sealed class ScalarLifetimeTests
{
    private static readonly string TorchSharpFile = typeof(torch).Assembly.Location;

    /// <summary>What in TorchSharp makes a number of its own, or calls what does.</summary>
    private static readonly Lazy<HashSet<string>> Careless = new(CarelessMethods);

    /// <summary>It takes no numbers but those that its caller keeps.</summary>
    private static readonly string ListsInvoke =
        $"{typeof(object).FullName} {typeof(TensorLists).FullName}::Invoke({typeof(string).FullName},{typeof(Scalar).FullName},"
        + $"{typeof(object[]).FullName})";

    public static TheoryData<string> Rooms => [.. Room.OfSource.Select(room => room.Name)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Numbers_are_made_by_Scalars_alone(string room)
    {
        using var module = Room.OfSource.Single(it => it.Name == room).Read();

        LooseNumbers(module).Should().BeEmpty("nothing keeps them while libtorch reads them; use {0}", nameof(Scalars));
    }

    [Fact]
    public void What_makes_them_here_is_found()
    {
        using var module = ModuleDefinition.ReadModule(typeof(ScalarsTests).Assembly.Location);

        // Tests may: a thread that is not in libtorch rarely begins a collection there.
        LooseNumbers(module)
            .Where(place => place.StartsWith(nameof(ScalarsTests), StringComparison.Ordinal))
            .Should()
            .BeEquivalentTo(
                "ScalarsTests.Arithmetic_is_that_of_the_operators: Tensor.op_Addition",
                "ScalarsTests.Arithmetic_is_that_of_the_operators: Tensor.op_Addition",
                "ScalarsTests.Arithmetic_is_that_of_the_operators: Tensor.op_Subtraction",
                "ScalarsTests.Arithmetic_is_that_of_the_operators: Tensor.op_Addition",
                "ScalarsTests.Arithmetic_is_that_of_the_operators: Tensor.op_Addition",
                "ScalarsTests.Arithmetic_is_that_of_the_operators: Tensor.op_Multiply",
                "ScalarsTests.Arithmetic_is_that_of_the_operators: Scalar.op_Implicit",
                "ScalarsTests.Arithmetic_is_that_of_the_operators: torch.arange"
            );
    }

    private static List<string> LooseNumbers(ModuleDefinition module) =>
        [
            .. from method in Methods(module)
            where !IsIn(method.DeclaringType, nameof(Scalars)) && method.FullName != ListsInvoke
            from instruction in CallInstructions(method)
            let called = (MethodReference)instruction.Operand
            where (MakesNumber(called) && !IsKept(instruction, method)) || Careless.Value.Contains(called.GetElementMethod().FullName)
            select $"{method.DeclaringType.Name}.{method.Name}: {called.DeclaringType.Name}.{called.Name}",
        ];

    private static HashSet<string> CarelessMethods()
    {
        using var torchSharp = ModuleDefinition.ReadModule(TorchSharpFile);
        var callers = (
            from method in Methods(torchSharp)
            where !IsIn(method.DeclaringType, nameof(Scalar)) && !IsIn(method.DeclaringType, nameof(ScalarExtensionMethods))
            from called in Calls(method)
            select (Caller: method.FullName, Called: called)
        ).ToLookup(call => MakesNumber(call.Called) ? "" : call.Called.GetElementMethod().FullName, call => call.Caller);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([""]);
        while (open.TryPop(out var called))
        {
            foreach (var caller in callers[called].Where(found.Add))
            {
                open.Push(caller);
            }
        }

        return found;
    }

    private static bool MakesNumber(MethodReference called) =>
        called.ReturnType.FullName == typeof(Scalar).FullName && called.Name is "op_Implicit" or nameof(ScalarExtensionMethods.ToScalar);

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module)
    {
        foreach (var method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            // Locals by themselves, whatever short form the compiler chose.
            method.Body.SimplifyMacros();
            yield return method;
        }
    }

    private static IEnumerable<Instruction> CallInstructions(MethodDefinition method) =>
        method.Body.Instructions.Where(instruction => instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj);

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        CallInstructions(method).Select(instruction => (MethodReference)instruction.Operand);

    /// <summary>Whether a number goes to a local (or to a lambda's) that a finally block disposes of: what a using does.</summary>
    private static bool IsKept(Instruction made, MethodDefinition method) =>
        made.Next is { OpCode.Code: Code.Stloc or Code.Stfld, Operand: { } place }
        && method
            .Body.ExceptionHandlers.Where(handler => handler.HandlerType == ExceptionHandlerType.Finally)
            .Any(handler => Disposes(handler, place));

    private static bool Disposes(ExceptionHandler handler, object place)
    {
        for (var instruction = handler.HandlerStart; instruction != handler.HandlerEnd; instruction = instruction.Next)
        {
            if (instruction.Operand == place && instruction.Next.Operand is MethodReference { Name: nameof(IDisposable.Dispose) })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a type is the named one or, as lambdas are, inside it.</summary>
    private static bool IsIn(TypeDefinition type, string name) =>
        type.Name == name || (type.DeclaringType is { } outer && IsIn(outer, name));
}
