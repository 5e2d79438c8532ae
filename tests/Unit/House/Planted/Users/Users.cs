using PPYolo.Tests.Unit.House.Planted.Used;

namespace PPYolo.Tests.Unit.House.Planted.Users;

// Each uses the type of the same name in the folder Used, in the way that its name says.

internal sealed class UsesBased : Based;

internal sealed class UsesIImplemented : IImplemented;

internal sealed class UsesInField
{
#pragma warning disable CS0649 // Only that it is declared matters.
    internal InField? Field;
#pragma warning restore CS0649
}

internal abstract class UsesIInSignature
{
    public abstract void Take(IInSignature it);
}

internal static class UsesInBody
{
    public static object Make() => new InBody();
}

internal static class UsesInLambda
{
    public static Func<object> Make() => () => new InLambda();
}

internal static class UsesInIterator
{
    public static IEnumerable<object> Make()
    {
        yield return new InIterator();
    }
}

internal static class UsesInAsync
{
    public static async Task<object> Make()
    {
        await Task.Yield();
        return new InAsync();
    }
}

internal static class UsesInNested
{
    internal static class Inner
    {
        public static object Make() => new InNested();
    }
}

[As]
internal static class UsesAsAttribute;

[System.ComponentModel.TypeConverter(typeof(InAttribute))]
internal static class UsesInAttribute;

internal abstract class UsesIInGeneric
{
    public abstract List<IInGeneric[]> Take();
}

internal static class UsesInGenericMethod
{
    public static object Make() => Array.Empty<InGenericMethod>();
}

internal abstract class UsesIInConstraint
{
    public abstract void Take<T>()
        where T : IInConstraint;
}

internal static class UsesInCatchException
{
    public static void Run(Action run)
    {
        try
        {
            run();
        }
        catch (InCatchException) { }
    }
}

internal static class UsesOfNested
{
    public static object Make() => new OfNested.Inner();
}

internal static class UsesConstant
{
    public static object Make() => Constant.Value;
}

internal sealed class Nothing;
