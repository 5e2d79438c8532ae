namespace PPYolo.Tests.Unit.House.Planted.Used;

// Each is used by the type of its name in the folder Users, in that one way and in no other.

/// <summary>A base class.</summary>
internal class Based;

/// <summary>An interface.</summary>
internal interface IImplemented;

/// <summary>The type of a field.</summary>
internal sealed class InField;

/// <summary>The type of a parameter.</summary>
internal interface IInSignature;

/// <summary>What a body makes.</summary>
internal sealed class InBody;

/// <summary>What a lambda makes.</summary>
internal sealed class InLambda;

/// <summary>What an iterator makes.</summary>
internal sealed class InIterator;

/// <summary>What an asynchronous method makes.</summary>
internal sealed class InAsync;

/// <summary>What a nested type makes.</summary>
internal sealed class InNested;

/// <summary>What a type is marked with.</summary>
[AttributeUsage(AttributeTargets.All)]
internal sealed class AsAttribute : Attribute;

/// <summary>A type that an attribute names.</summary>
internal sealed class InAttribute;

/// <summary>The argument of a generic type, inside an array.</summary>
internal interface IInGeneric;

/// <summary>The argument of a generic method.</summary>
internal sealed class InGenericMethod;

/// <summary>What a type parameter must be.</summary>
internal interface IInConstraint;

/// <summary>What is caught.</summary>
internal sealed class InCatchException : Exception;

/// <summary>What has a nested type that is used, and itself is not.</summary>
internal static class OfNested
{
    internal sealed class Inner;
}

/// <summary>A constant leaves nothing behind.</summary>
internal static class Constant
{
    public const int Value = 7;
}

/// <summary>The way back that closes the circle.</summary>
internal sealed class WayBack
{
    public static object Make() => new Users.Nothing();
}
