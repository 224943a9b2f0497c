"""The judges' stand-in for AWS, with what IAM says of roles and their policies besides.

aws_service.py JUDGES [CERTIFICATE KEY]: serves on a port of its own, whose address is the first line that it prints; with a
certificate on another one by TLS as well, which is the second line. JUDGES is the folder of `imagebuilder_model.py`. A
publisher looks before it changes something, and the stand-in has no way to look at policies.
"""
import datetime
import os
import ssl
import sys
import threading
import time
import types
import urllib.parse
from xml.sax.saxutils import escape

sys.path.insert(0, sys.argv[1])
import imagebuilder_model as judge

# What is slow there takes two seconds, and hundreds of things are slow here.
judge.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(min(seconds, 0.3)))


class Handler(judge.Handler):
    def other(self, service, name, url, query, raw):
        asked = {key: value[0] for key, value in urllib.parse.parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True).items()}
        action = asked.get("Action", "")
        roles = self.model.s["iam"]["roles"]
        role = roles.get(asked.get("RoleName"))
        said = lambda inner: (200, '<%sResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><%sResult>%s</%sResult></%sResponse>' % (action, action, inner, action, action), [], "text/xml")
        missing = (404, "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>it is not there</Message></Error></ErrorResponse>", [], "text/xml")
        if asked.get("RoleName") in self.model.denied:
            return 403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User me is not authorized</Message></Error></ErrorResponse>", [], "text/xml"
        if service == "iam" and action in ("GetRole", "GetRolePolicy", "UpdateRole", "UpdateAssumeRolePolicy"):
            if role is None:
                return missing
            if action == "GetRolePolicy":
                policy = asked["PolicyName"]
                if policy not in role["inline"]:
                    return missing
                document = urllib.parse.quote(role["inline"][policy])
                return said("<RoleName>%s</RoleName><PolicyName>%s</PolicyName><PolicyDocument>%s</PolicyDocument>" % (asked["RoleName"], policy, document))
            if action == "UpdateRole":
                role["description"] = asked.get("Description", "")
                return said("")
            if action == "UpdateAssumeRolePolicy":
                role["assume"] = asked["PolicyDocument"]
                return said("")
            return said("<Role><Path>/</Path><RoleName>%s</RoleName><RoleId>AROA</RoleId><Arn>arn:aws:iam::%s:role/%s</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><Description>%s</Description><AssumeRolePolicyDocument>%s</AssumeRolePolicyDocument></Role>" % (asked["RoleName"], judge.ACCOUNT, asked["RoleName"], escape(role.get("description", "")), urllib.parse.quote(role["assume"])))
        out = super().other(service, name, url, query, raw)
        if service == "iam" and action == "CreateRole" and out[0] == 200:
            roles[asked["RoleName"]]["description"] = asked.get("Description", "")
        return out

    def control(self, what, raw):
        if what == "deny":
            self.model.denied.add(raw.decode())
            return self.reply(200, {})
        return super().control(what, raw)


class Model(judge.Model):
    def call(self, op, params):
        out = super().call(op, params)
        # The service's own model says that these dates are numbers.
        for it in [out.get("lifecyclePolicy", {})] + out.get("lifecyclePolicySummaryList", []):
            for member in ("dateCreated", "dateUpdated"):
                if isinstance(it.get(member), str):
                    it[member] = datetime.datetime.strptime(it[member], "%Y-%m-%dT%H:%M:%S.%fZ").timestamp()
        return out


model = Model("eu-west-1", check_profiles=True, page=3)
model.denied = set()


class Server(judge.Server):
    def handle_error(self, request, address):
        """A publisher that is killed leaves its connections behind, which is no news."""


server = Server(("127.0.0.1", 0), type("H", (Handler,), {"model": model}))
print("http://127.0.0.1:%d" % server.server_port, flush=True)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    secure = Server(("127.0.0.1", 0), type("H", (Handler,), {"model": model}))
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    print("https://localhost:%d" % secure.server_port, flush=True)
    threading.Thread(target=secure.serve_forever, daemon=True).start()
# Whoever started it may be gone without a word.
parent = os.getppid()
threading.Thread(target=server.serve_forever, daemon=True).start()
while os.getppid() == parent:
    time.sleep(0.5)
