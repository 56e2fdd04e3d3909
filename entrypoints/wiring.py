"""The one place where use cases are put together. The service and the unit tests call `wire`."""

from dataclasses import dataclass

from application.account.authorize_caller import AuthorizeCaller
from application.account.delete_own_account import DeleteOwnAccount
from application.account.end_other_sessions import EndOtherSessions
from application.account.end_session import EndSession
from application.account.export_account import ExportAccount
from application.account.list_events import ListEvents
from application.account.list_sessions import ListSessions
from application.account.log_in import LogIn
from application.account.log_out import LogOut
from application.account.reset_password import ResetPassword
from application.account.sign_up import SignUp
from application.account.update_own_account import UpdateOwnAccount
from application.operations.blank_requests import BlankRequests
from application.operations.export_rows import ExportRows
from application.operations.follow_requests import FollowRequests
from application.operations.forget_requests import ForgetRequests
from application.operators.change_users import ChangeUsers
from application.operators.create_invitation import CreateInvitation
from application.operators.create_token import CreateToken
from application.operators.create_user import CreateUser
from application.operators.delete_user_as_operator import DeleteUserAsOperator
from application.operators.demote_operator import DemoteOperator
from application.operators.disable_user import DisableUser
from application.operators.enable_user import EnableUser
from application.operators.end_user_sessions import EndUserSessions
from application.operators.identify_operator import IdentifyOperator
from application.operators.import_accounts import ImportAccounts
from application.operators.invite_operator import InviteOperator
from application.operators.join_operators import JoinOperators
from application.operators.offer_set_up import OfferSetUp
from application.operators.promote_user import PromoteUser
from application.operators.reset_throttle import ResetThrottle
from application.operators.revoke_invitation import RevokeInvitation
from application.operators.revoke_token import RevokeToken
from application.operators.set_labels import SetLabels
from application.operators.set_reset_code import SetResetCode
from application.operators.set_up import SetUp
from application.operators.show_throttle import ShowThrottle
from application.operators.update_user_as_operator import UpdateUserAsOperator
from application.steps.authenticate import Authenticate
from application.upkeep.check_readiness import CheckReadiness
from application.upkeep.clean_up import CleanUp
from entrypoints.ports import Policies, Ports
from entrypoints.steps import wire_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """Everything that can be done, ready to be called."""

    authenticate: Authenticate
    authorize_caller: AuthorizeCaller
    sign_up: SignUp
    log_in: LogIn
    log_out: LogOut
    update_own_account: UpdateOwnAccount
    delete_own_account: DeleteOwnAccount
    reset_password: ResetPassword
    list_sessions: ListSessions
    end_session: EndSession
    end_other_sessions: EndOtherSessions
    list_events: ListEvents
    export_account: ExportAccount
    identify_operator: IdentifyOperator
    offer_set_up: OfferSetUp
    set_up: SetUp
    invite_operator: InviteOperator
    join_operators: JoinOperators
    create_user: CreateUser
    update_user_as_operator: UpdateUserAsOperator
    disable_user: DisableUser
    enable_user: EnableUser
    promote_user: PromoteUser
    demote_operator: DemoteOperator
    delete_user_as_operator: DeleteUserAsOperator
    end_user_sessions: EndUserSessions
    set_labels: SetLabels
    import_accounts: ImportAccounts
    set_reset_code: SetResetCode
    show_throttle: ShowThrottle
    reset_throttle: ResetThrottle
    change_users: ChangeUsers
    create_token: CreateToken
    revoke_token: RevokeToken
    create_invitation: CreateInvitation
    revoke_invitation: RevokeInvitation
    export_rows: ExportRows
    follow_requests: FollowRequests
    forget_requests: ForgetRequests
    blank_requests: BlankRequests
    clean_up: CleanUp
    check_readiness: CheckReadiness


def wire(ports: Ports, policies: Policies) -> UseCases:
    """Put every use case together."""
    steps = wire_steps(ports, policies)
    return UseCases(
        authenticate=steps.authenticate,
        authorize_caller=AuthorizeCaller(authenticate=steps.authenticate),
        sign_up=SignUp(
            begin=ports.begin,
            hasher=ports.hasher,
            clock=ports.clock,
            check_invitation=steps.check_invitation,
            use_invitation=steps.use_invitation,
            names=policies.names,
            take_name=steps.take_name,
            open_session=steps.open_session,
            password_policy=policies.passwords,
            throttle=ports.throttle,
            throttle_policy=policies.limits,
            devices=ports.devices,
        ),
        log_in=LogIn(
            begin=ports.begin,
            lookup=ports.lookup,
            hasher=ports.hasher,
            clock=ports.clock,
            open_session=steps.open_session,
            pseudonyms=ports.pseudonyms,
            throttle=ports.throttle,
            throttle_policy=policies.limits,
            devices=ports.devices,
            last_seen=ports.last_seen,
        ),
        log_out=LogOut(begin=ports.begin, lookup=ports.lookup, clock=ports.clock),
        update_own_account=UpdateOwnAccount(
            begin=ports.begin,
            confirm_owner=steps.confirm_owner,
            replace_password=steps.replace_password,
            take_name=steps.take_name,
            hasher=ports.hasher,
            clock=ports.clock,
            secrets=ports.secrets,
            password_policy=policies.passwords,
            lifetimes=policies.lifetimes,
            throttle=ports.throttle,
            throttle_policy=policies.limits,
            devices=ports.devices,
        ),
        delete_own_account=DeleteOwnAccount(
            begin=ports.begin, confirm_owner=steps.confirm_owner, erase_account=steps.erase_account
        ),
        reset_password=ResetPassword(
            begin=ports.begin,
            lookup=ports.lookup,
            hasher=ports.hasher,
            clock=ports.clock,
            open_session=steps.open_session,
            replace_password=steps.replace_password,
            check_issuer=steps.check_issuer,
            password_policy=policies.passwords,
            devices=ports.devices,
            last_seen=ports.last_seen,
        ),
        list_sessions=ListSessions(
            history=ports.history, clock=ports.clock, lifetimes=policies.lifetimes
        ),
        end_session=EndSession(begin=ports.begin, history=ports.history, clock=ports.clock),
        end_other_sessions=EndOtherSessions(begin=ports.begin, clock=ports.clock),
        list_events=ListEvents(history=ports.history),
        export_account=ExportAccount(
            history=ports.history,
            requests=ports.own_requests,
            authenticate=steps.authenticate,
            clock=ports.clock,
            throttle=ports.quotas,
            throttle_policy=policies.limits,
        ),
        identify_operator=IdentifyOperator(
            authenticate=steps.authenticate,
            lookup=ports.lookup,
            last_seen=ports.last_seen,
            clock=ports.clock,
            lifetimes=policies.lifetimes,
        ),
        offer_set_up=OfferSetUp(begin=ports.begin, clock=ports.clock, secrets=ports.secrets),
        set_up=SetUp(
            begin=ports.begin,
            lookup=ports.lookup,
            hasher=ports.hasher,
            clock=ports.clock,
            take_name=steps.take_name,
            open_session=steps.open_session,
            password_policy=policies.passwords,
            devices=ports.devices,
        ),
        invite_operator=InviteOperator(
            transactions=steps.transactions, clock=ports.clock, secrets=ports.secrets
        ),
        join_operators=JoinOperators(
            begin=ports.begin,
            lookup=ports.lookup,
            hasher=ports.hasher,
            clock=ports.clock,
            use_invitation=steps.use_invitation,
            take_name=steps.take_name,
            open_session=steps.open_session,
            password_policy=policies.passwords,
            devices=ports.devices,
        ),
        create_user=CreateUser(
            transactions=steps.transactions,
            take_name=steps.take_name,
            hasher=ports.hasher,
            clock=ports.clock,
            password_policy=policies.passwords,
        ),
        update_user_as_operator=UpdateUserAsOperator(
            open_account=steps.open_account,
            replace_password=steps.replace_password,
            take_name=steps.take_name,
            hasher=ports.hasher,
            clock=ports.clock,
            password_policy=policies.passwords,
        ),
        disable_user=DisableUser(open_account=steps.open_account, shut_out=steps.shut_out),
        enable_user=EnableUser(open_account=steps.open_account, let_back_in=steps.let_back_in),
        promote_user=PromoteUser(open_account=steps.open_account, clock=ports.clock),
        demote_operator=DemoteOperator(open_account=steps.open_account, clock=ports.clock),
        delete_user_as_operator=DeleteUserAsOperator(
            open_account=steps.open_account, erase_account=steps.erase_account
        ),
        end_user_sessions=EndUserSessions(open_account=steps.open_account, clock=ports.clock),
        set_labels=SetLabels(open_account=steps.open_account, clock=ports.clock),
        import_accounts=ImportAccounts(begin=ports.begin, hasher=ports.hasher, clock=ports.clock),
        set_reset_code=SetResetCode(
            open_account=steps.open_account, clock=ports.clock, secrets=ports.secrets
        ),
        show_throttle=ShowThrottle(
            history=ports.history,
            pseudonyms=ports.pseudonyms,
            throttle=ports.throttle,
            throttle_policy=policies.limits,
        ),
        reset_throttle=ResetThrottle(
            open_account=steps.open_account,
            clock=ports.clock,
            pseudonyms=ports.pseudonyms,
            throttle_policy=policies.limits,
        ),
        change_users=ChangeUsers(
            open_account=steps.open_account,
            shut_out=steps.shut_out,
            let_back_in=steps.let_back_in,
            clock=ports.clock,
        ),
        create_token=CreateToken(
            transactions=steps.transactions,
            lookup=ports.lookup,
            clock=ports.clock,
            secrets=ports.secrets,
        ),
        revoke_token=RevokeToken(
            transactions=steps.transactions, lookup=ports.lookup, clock=ports.clock
        ),
        create_invitation=CreateInvitation(
            transactions=steps.transactions, clock=ports.clock, secrets=ports.secrets
        ),
        revoke_invitation=RevokeInvitation(transactions=steps.transactions, clock=ports.clock),
        export_rows=ExportRows(batch=policies.batch),
        follow_requests=FollowRequests(tail=ports.request_tail),
        forget_requests=ForgetRequests(
            transactions=steps.transactions,
            clock=ports.clock,
            records=ports.requests,
            log=ports.request_log,
        ),
        blank_requests=BlankRequests(
            history=ports.history, log=ports.request_log, batch=policies.batch
        ),
        clean_up=CleanUp(
            begin=ports.begin,
            clock=ports.clock,
            clock_watch=ports.clock_watch,
            throttle=ports.quotas,
            keep_events=policies.keep_events,
            batch=policies.batch,
        ),
        check_readiness=CheckReadiness(storage=ports.storage),
    )
